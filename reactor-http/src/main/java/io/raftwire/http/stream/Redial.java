// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next dial: at least the minimum, doubling with each failure up to the
 * maximum, and up to half as much again by chance, so that members do not dial in step.
 */
final class Redial {

  private static final int MAX_DOUBLINGS = 20;

  private final Duration min;
  private final Duration max;

  private int failures;

  Redial(Duration min, Duration max) {
    this.min = min;
    this.max = max.compareTo(min) < 0 ? min : max;
  }

  void succeeded() {
    failures = 0;
  }

  void failed() {
    failures = Math.min(failures + 1, MAX_DOUBLINGS);
  }

  Duration min() {
    return min;
  }

  /** The wait, jitter included. */
  Duration next() {
    long grown = min.toNanos() << Math.max(0, failures - 1);
    boolean overflow = grown < 0 || grown >> Math.max(0, failures - 1) != min.toNanos();
    long base = overflow ? max.toNanos() : Math.min(grown, max.toNanos());
    return Duration.ofNanos(base + ThreadLocalRandom.current().nextLong(base / 2 + 1));
  }
}
