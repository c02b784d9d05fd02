// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.raftpb.Message;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/**
 * A library by which one process connects to another, and both then send messages to each other.
 * Messages of one connection come one after the other.
 */
public interface Wire extends AutoCloseable {

  /** Whom a wire tells of what happens; called by the library's threads. */
  interface Listener extends Consumer<Message> {

    /** Somebody has connected. */
    void accepted(Connection connection);

    /** A connection has broken or failed. */
    void failed(String reason);
  }

  /** Listens. */
  void listen(InetSocketAddress address, Listener listener);

  /**
   * Connects, and returns when that is done.
   *
   * @throws io.raftwire.examples.bench.BenchException if it cannot
   */
  Connection connect(InetSocketAddress address, Work work, Listener listener)
      throws InterruptedException;

  @Override
  void close();
}
