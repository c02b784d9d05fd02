// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waits, for a condition or for nothing to happen. */
final class Await {

  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final Duration POLL = Duration.ofMillis(5);

  private Await() {}

  static void until(String what, Callable<Boolean> condition) {
    until(what, BOUND, condition);
  }

  static void until(String what, Duration bound, Callable<Boolean> condition) {
    Awaitility.await(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .atMost(bound)
        .until(condition);
  }

  /** The condition stays true for a time. */
  static void during(String what, Duration time, Callable<Boolean> condition) {
    Awaitility.await(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(POLL)
        .during(time)
        .atMost(time.plusSeconds(10))
        .failFast(what, () -> !condition.call())
        .until(condition);
  }
}
