// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.raftpb.Message;
import java.util.function.Supplier;

/** What one of a source's peers is sent, and its window. By the thread that sends. */
final class Outlet {

  // So that one peer does not wait until another's whole window is full.
  private static final int IN_A_ROW = 256;

  private final Endpoint endpoint;
  private final Supplier<Message> next;
  private final Window window;

  Outlet(Endpoint endpoint, Supplier<Message> next, Window window) {
    this.endpoint = endpoint;
    this.next = next;
    this.window = window;
  }

  Window window() {
    return window;
  }

  /** Sends one message, whether or not there is room. */
  boolean sendOne() {
    return endpoint.send(next.get());
  }

  /**
   * Sends as much as there is room for.
   *
   * @return how many; negative if one was not taken
   */
  int sendSome() {
    int room = (int) Math.min(window.room(), IN_A_ROW);
    for (int i = 0; i < room; i++) {
      if (!sendOne()) {
        return -1;
      }
      window.oneSent();
    }
    return room;
  }

  /** A leader's log that only grows. */
  static Supplier<Message> log(Messages messages, int entries) {
    return new Supplier<>() {
      private long index;

      @Override
      public Message get() {
        Message message = messages.append(index);
        index += entries;
        return message;
      }
    };
  }
}
