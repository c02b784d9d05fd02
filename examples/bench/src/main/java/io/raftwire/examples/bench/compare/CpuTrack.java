// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The CPU time of a process as it grows, so that its part in an interval can be told afterwards: a
 * receiver does not know when its sender measures.
 */
final class CpuTrack implements AutoCloseable {

  private final ProcessHandle process;
  private final Duration every;
  private final List<Sample> samples = new ArrayList<>();
  private final Thread sampler;

  /**
   * Begins to track.
   *
   * @param every how often it looks: for a third of a millisecond, in which it is in the way of
   *     what is measured
   */
  CpuTrack(ProcessHandle process, Duration every) {
    this.process = process;
    this.every = every;
    this.sampler = new Thread(this::run, "cpu-" + process.pid());
    sampler.setDaemon(true);
    sampler.start();
  }

  @Override
  public void close() {
    sampler.interrupt();
  }

  /** The CPU seconds spent from one moment to another, both of {@link System#nanoTime}. */
  double secondsBetween(long fromNanos, long toNanos) {
    synchronized (samples) {
      return (at(samples, toNanos) - at(samples, fromNanos)) / 1e9;
    }
  }

  /** The CPU time at a moment, from the samples before and after it. */
  static double at(List<Sample> samples, long nanos) {
    if (samples.isEmpty()) {
      return 0;
    }
    Sample before = samples.get(0);
    for (Sample after : samples) {
      if (after.nanos - nanos >= 0) {
        long between = after.nanos - before.nanos;
        double part = between <= 0 ? 0 : Math.max(0, (double) (nanos - before.nanos) / between);
        return before.cpuNanos + part * (after.cpuNanos - before.cpuNanos);
      }
      before = after;
    }
    return before.cpuNanos;
  }

  /** Looks now, too: after the last look there is nothing to tell a moment from. */
  void look() {
    synchronized (samples) {
      long cpuNanos = process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
      samples.add(new Sample(System.nanoTime(), cpuNanos));
    }
  }

  private void run() {
    try {
      while (process.isAlive()) {
        look();
        Thread.sleep(every.toMillis());
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** What a process had spent at a moment. */
  record Sample(long nanos, long cpuNanos) {}
}
