// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import io.raftwire.Delivery;
import io.raftwire.raftpb.Message;

/**
 * Messages that arrived together from one source: what one read of a stream held, or the one
 * message of a POST. An inbound queue hands them out in order, from one thread at a time.
 */
public interface Arrivals {

  /** How many messages, at least 1. */
  int size();

  /** The message at a position. */
  Message message(int index);

  /**
   * The message at a position with its acknowledgement. Whoever gets it decides the answer; {@link
   * #taken} does not.
   */
  Delivery delivery(int index);

  /**
   * The subscriber was handed the message at a position, without an acknowledgement of its own.
   * Called for each position, in order.
   */
  void taken(int index);

  /** All messages have been handed out; the source may bring more. */
  void exhausted();

  /**
   * Asks the thread that brought them to hand them out, and what follows.
   *
   * @param handOut runs on that thread, once
   * @return false if there is none, or if this is it; then the caller is to go on
   */
  default boolean passTo(Runnable handOut) {
    return false;
  }
}
