// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.raftpb.Message;

/** Both directions between two processes, as seen from one of them. */
public interface Connection {

  /**
   * Sends a message, after waiting for as long as the library's flow control says so.
   *
   * @throws io.raftwire.examples.bench.BenchException if it cannot
   */
  void send(Message message);

  /** The caller sends no more for now. */
  default void flush() {}
}
