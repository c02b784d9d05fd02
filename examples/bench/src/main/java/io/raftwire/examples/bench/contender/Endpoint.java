// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.raftpb.Message;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One member, by whichever library. Messages it could not deliver are not sent again: they make the
 * figures void.
 */
public interface Endpoint extends AutoCloseable {

  /** Leaves the other end the time to start. */
  Duration CONNECT_TIMEOUT = Duration.ofMinutes(1);

  /**
   * Listens and hands what arrives to {@code receive}, for each peer one message after the other.
   */
  void start(Consumer<Message> receive);

  /** Connects to the others by what the work needs; an end that only answers says msgapp. */
  void connect(Work work);

  /** Waits until the others take messages of this end. */
  void awaitConnected() throws InterruptedException;

  /**
   * Sends a message to the member in its {@code to}. May hold up the thread for as long as the
   * library's flow control says so.
   *
   * @return whether it was taken; if not, {@link #requireSound} fails from now on, unless it was
   *     for a member that does not read
   */
  boolean send(Message message);

  /** The caller sends no more for now. For libraries that leave it to their user when to write. */
  default void flush() {}

  /** How much has happened that must not happen while something is being measured. */
  long disturbances();

  /** Fails if a message was not taken. */
  void requireSound();

  @Override
  void close();
}
