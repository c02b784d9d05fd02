// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one through, and the next when an interval has passed. Safe for any thread. */
public final class RateGate {

  private final long intervalNanos;
  private final AtomicLong lastNanos;

  /** A gate that is open. */
  public RateGate(Duration interval) {
    this.intervalNanos = interval.toNanos();
    this.lastNanos = new AtomicLong(System.nanoTime() - intervalNanos);
  }

  /** Whether the caller is let through. */
  public boolean pass() {
    long now = System.nanoTime();
    long last = lastNanos.get();
    return now - last >= intervalNanos && lastNanos.compareAndSet(last, now);
  }
}
