// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** Bounds of histograms. */
final class Buckets {

  private Buckets() {}

  /** {@code count} bounds, the first {@code first}, each {@code factor} times the one before. */
  static List<Duration> exponential(Duration first, int factor, int count) {
    return Stream.iterate(first, bound -> bound.multipliedBy(factor)).limit(count).toList();
  }
}
