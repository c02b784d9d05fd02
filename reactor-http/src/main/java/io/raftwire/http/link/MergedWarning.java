// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * A warning that would come again and again as long as its cause lasts: logged at once, then at
 * most every 30 s with the number of those that were not. Safe for any thread.
 */
public final class MergedWarning {

  private static final Duration INTERVAL = Duration.ofSeconds(30);

  private final Logger log;
  private final String format;
  private final RateGate gate = new RateGate(INTERVAL);
  private final AtomicLong unlogged = new AtomicLong();

  /**
   * A warning that has not been logged yet.
   *
   * @param format with {@code {}} for each argument, as the logger takes it
   */
  public MergedWarning(Logger log, String format) {
    this.log = log;
    this.format = format;
  }

  /** Logs it, or counts it. */
  public void log(@Nullable Object... arguments) {
    if (!gate.pass()) {
      unlogged.incrementAndGet();
      log.debug(format, arguments);
      return;
    }
    long others = unlogged.getAndSet(0);
    log.warn(others == 0 ? format : format + " (and " + others + " like it before)", arguments);
  }
}
