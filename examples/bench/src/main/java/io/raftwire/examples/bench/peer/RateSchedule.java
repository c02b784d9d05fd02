// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When each message of a steady rate is to be sent, and how long after that its answer came. A
 * message that leaves late because others held it up counts from when it should have left, so a
 * stall is seen by all that it delays (coordinated omission). The first are to warm up, and do not
 * count.
 */
final class RateSchedule {

  /** No rate. */
  static final RateSchedule NONE = new RateSchedule(1, Duration.ZERO, Duration.ZERO, 0, 0);

  private final double periodNanos;
  private final long warmup;
  private final long count;
  private final long firstIndex;
  private final long start;
  private final RoundTripTimes times;

  private final AtomicLong answered = new AtomicLong();

  /**
   * A schedule.
   *
   * @param rate messages a second
   * @param warmup how long to go on before times count
   * @param measured how long to go on after that
   * @param before the index before the first message's
   * @param start when the first is due
   */
  RateSchedule(int rate, Duration warmup, Duration measured, long before, long start) {
    this.periodNanos = (double) TimeUnit.SECONDS.toNanos(1) / rate;
    this.warmup = (long) (warmup.toNanos() / periodNanos);
    this.count = this.warmup + (long) (measured.toNanos() / periodNanos);
    this.times = new RoundTripTimes(Math.toIntExact(count));
    this.firstIndex = before + 1;
    this.start = start;
  }

  /** How many messages go before the first whose time counts. */
  long warmup() {
    return warmup;
  }

  /** How many messages there are, all in all. */
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
      // A branch that is first taken after warming up would have the JVM throw away the compiled
      // code of all that brings an answer.
      times.add(now - intended(n));
      answered.lazySet(answered.get() + 1);
    }
  }

  /** How many answers came. */
  long answeredCount() {
    return answered.get();
  }

  /** All times that count, once all answers came, in order; to be called once. */
  RoundTripTimes times() {
    times.forget((int) warmup);
    return times;
  }
}
