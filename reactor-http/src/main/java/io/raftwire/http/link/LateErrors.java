// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.util.context.Context;

/**
 * Errors of a connection that come after its stream or request was given up. Why that was is told
 * already, so they are no error for an operator, which is what Reactor would make of them.
 */
public final class LateErrors {

  private static final Logger log = LoggerFactory.getLogger(LateErrors.class);

  // Where Reactor's operators look for what to do with an error that nobody takes.
  private static final String ON_ERROR_DROPPED = "reactor.onErrorDropped.local";

  private static final Consumer<Throwable> TO_DEBUG =
      cause -> log.debug("an error that came late: {}", cause.toString());

  private static final Context CONTEXT = Context.of(ON_ERROR_DROPPED, TO_DEBUG);

  private LateErrors() {}

  /** What a subscriber's context says to have them logged at the level of debugging. */
  public static Context context() {
    return CONTEXT;
  }
}
