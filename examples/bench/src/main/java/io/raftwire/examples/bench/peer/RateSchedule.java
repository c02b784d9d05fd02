// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When each message of a steady rate is to be sent, and how long after that its answer came. A
 * message that leaves late because others held it up counts from when it should have left, so a
 * stall is seen by all that it delays (coordinated omission).
 */
final class RateSchedule {

  /** No rate. */
  static final RateSchedule NONE = new RateSchedule(1, Duration.ZERO, 0, 0);

  private final double periodNanos;
  private final long count;
  private final long firstIndex;
  private final long start;
  private final RoundTripTimes times = new RoundTripTimes();

  private final AtomicLong answered = new AtomicLong();

  /**
   * A schedule.
   *
   * @param rate messages a second
   * @param before the index before the first message's
   * @param start when the first is due
   */
  RateSchedule(int rate, Duration duration, long before, long start) {
    this.periodNanos = (double) TimeUnit.SECONDS.toNanos(1) / rate;
    this.count = (long) (duration.toNanos() / periodNanos);
    this.firstIndex = before + 1;
    this.start = start;
  }

  /** How many messages there are. */
  long count() {
    return count;
  }

  /** How many should have been sent by now. */
  long due(long now) {
    return Math.min(count, (long) ((now - start) / periodNanos) + 1);
  }

  /** When the n-th is due, counted from 0. */
  long intended(long n) {
    return start + (long) (n * periodNanos);
  }

  /** An answer came; by one thread at a time. */
  void answered(long index, long now) {
    long n = index - firstIndex;
    if (n >= 0 && n < count) {
      times.add(now - intended(n));
      answered.lazySet(answered.get() + 1);
    }
  }

  /** How many answers came. */
  long answeredCount() {
    return answered.get();
  }

  /** All times, once all answers came. */
  RoundTripTimes times() {
    return times;
  }
}
