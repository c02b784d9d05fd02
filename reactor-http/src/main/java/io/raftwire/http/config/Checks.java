// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.time.Duration;

/** Argument checks whose errors show the value and what was expected. */
final class Checks {

  // Ten years: whatever is made of it, in nanoseconds, fits a long.
  private static final Duration MAX = Duration.ofDays(3650);

  private Checks() {}

  static int positive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
    return value;
  }

  static long positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
    return value;
  }

  static int notNegative(String name, int value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
    return value;
  }

  /**
   * @param max the largest value
   */
  static long upTo(long max, String name, long value) {
    if (value <= 0 || value > max) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 to " + max + ")");
    }
    return value;
  }

  static Duration notNegative(String name, Duration value) {
    if (value.isNegative() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: PT0S to " + MAX + ")");
    }
    return value;
  }

  static Duration positive(String name, Duration value) {
    if (value.isNegative() || value.isZero() || value.compareTo(MAX) > 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: > PT0S, at most " + MAX + ")");
    }
    return value;
  }
}
