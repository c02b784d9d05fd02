// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.examples.bench.BenchException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What has gone wrong at an end. Safe for use by many threads. */
public final class Faults {

  private final AtomicLong disturbances = new AtomicLong();
  private volatile @Nullable String fatal;

  /** Something that must not happen while something is being measured. */
  public void disturbed(long times) {
    disturbances.addAndGet(times);
  }

  /** How often that was so. */
  public long disturbances() {
    return disturbances.get();
  }

  /** Something after which no figure holds. */
  public void fatal(String reason) {
    fatal = reason;
  }

  /** Fails if there was something after which no figure holds. */
  public void requireNone() {
    String reason = fatal;
    if (reason != null) {
      throw new BenchException(reason + ": the figures are void");
    }
  }
}
