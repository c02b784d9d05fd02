// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.raftwire.raftpb.Message;

/**
 * Takes what a {@link StreamDecoder} found, in the order of the stream, on the decoder's thread.
 */
public interface MessageSink {

  /**
   * A whole message. Its bytes are its own: nothing refers to the buffer it was read from.
   *
   * @param messageBytes the message's protobuf size, as etcd's meters count it
   * @param wireBytes the size of its frame
   */
  void message(Message message, long messageBytes, long wireBytes);

  /** A link heartbeat: a sign of life that raft never sees. */
  void linkHeartbeat();
}
