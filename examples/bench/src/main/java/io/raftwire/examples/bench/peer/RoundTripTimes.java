// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.util.Arrays;

/** Times in nanoseconds and their percentiles. */
final class RoundTripTimes {

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
    int rank = Math.max((int) Math.ceil(part * count), 1);
    return Json.rounded(nanos[rank - 1] / 1e3, 1);
  }
}
