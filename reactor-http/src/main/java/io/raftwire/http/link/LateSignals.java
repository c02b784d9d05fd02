// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.Connection;
import reactor.util.context.Context;

/**
 * Signals of a connection that come after its stream or request was given up: errors, and answers.
 * Why that was is told already, so the errors are none for an operator, which is what Reactor would
 * make of them. The body of an answer would be kept for somebody to read it, also when its
 * connection is closed.
 */
public final class LateSignals {

  private static final Logger log = LoggerFactory.getLogger(LateSignals.class);

  // Where Reactor's operators look for what to do with a signal that nobody takes.
  private static final String ON_ERROR_DROPPED = "reactor.onErrorDropped.local";
  private static final String ON_NEXT_DROPPED = "reactor.onNextDropped.local";
  private static final String ON_DISCARD = "reactor.onDiscard.local";

  private static final Consumer<Throwable> TO_DEBUG =
      cause -> log.debug("an error that came late: {}", cause.toString());

  private static final Consumer<Object> RELEASE =
      value -> {
        if (value instanceof Connection answered) {
          answered.inbound().receive().onErrorComplete().subscribe().dispose();
        }
      };

  private static final Context CONTEXT =
      Context.of(ON_ERROR_DROPPED, TO_DEBUG, ON_NEXT_DROPPED, RELEASE, ON_DISCARD, RELEASE);

  private LateSignals() {}

  /**
   * What a subscriber's context says to have errors logged at the level of debugging, and the
   * bodies of answers released.
   */
  public static Context context() {
    return CONTEXT;
  }
}
