// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.util.Arrays;

/** Times in nanoseconds and their percentiles. */
final class RoundTripTimes {

  private static final int TENTHS = 10;

  private long[] nanos;
  private int count;

  /**
   * No times yet.
   *
   * @param expected how many there is room for; more are taken, but to make room for them takes
   *     time while somebody measures
   */
  RoundTripTimes(int expected) {
    nanos = new long[expected];
  }

  void add(long time) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count + 1);
    }
    nanos[count++] = time;
  }

  /** Forgets the oldest; must go before {@link #sort}. */
  void forget(int oldest) {
    int forgotten = Math.min(oldest, count);
    count -= forgotten;
    System.arraycopy(nanos, forgotten, nanos, 0, count);
  }

  int count() {
    return count;
  }

  /** Must go before {@link #percentileMicros}. */
  void sort() {
    Arrays.sort(nanos, 0, count);
  }

  /** A percentile by nearest rank, in microseconds with one digit; 0 if there is none. */
  double percentileMicros(double part) {
    if (count == 0) {
      return 0;
    }
    return micros(nanos[rank(part, count)]);
  }

  /**
   * The median of the percentiles of tenths of the times, which one stall of the machine does not
   * change; must go before {@link #sort}. 0 if there are fewer than ten times.
   */
  double medianTenthMicros(double part) {
    int size = count / TENTHS;
    if (size == 0) {
      return 0;
    }
    long[] percentiles = new long[TENTHS];
    for (int i = 0; i < TENTHS; i++) {
      long[] tenth = Arrays.copyOfRange(nanos, i * size, (i + 1) * size);
      Arrays.sort(tenth);
      percentiles[i] = tenth[rank(part, size)];
    }
    Arrays.sort(percentiles);
    return micros(percentiles[rank(0.5, TENTHS)]);
  }

  /** Where a percentile is by nearest rank, counted from 0. */
  private static int rank(double part, int count) {
    return Math.max((int) Math.ceil(part * count), 1) - 1;
  }

  private static double micros(long nanos) {
    return Json.rounded(nanos / 1e3, 1);
  }
}
