// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;

/**
 * Turns the bytes of one stream, cut anywhere, into messages. One instance per connection, used by
 * one thread at a time.
 */
public interface StreamDecoder {

  /**
   * Reads all readable bytes, hands each message that is whole now to the sink and keeps what is
   * not. The caller still owns the buffer and releases it.
   *
   * @throws CorruptStreamException if the bytes are not the protocol. The messages before that
   *     point have been handed over; every further call throws the same.
   */
  void decode(ByteBuf in, MessageSink sink);

  /** Whether all input so far ended between two frames, where a peer may close in good order. */
  boolean atFrameBoundary();
}
