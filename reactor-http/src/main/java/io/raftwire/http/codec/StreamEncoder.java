// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import java.util.function.Consumer;

/**
 * Turns messages into the bytes of one stream. One instance per connection, used by one thread at a
 * time: what a message becomes depends on those before it, so each message that was encoded must
 * also be written, in that order.
 */
public interface StreamEncoder {

  /**
   * The exact number of bytes of the frame this message takes if it is the next. All its entries
   * are looked at, and the encoding relies on what was found: only the message whose size was asked
   * for last can be encoded.
   */
  long frameSize(Message message);

  /**
   * Appends a message's frame.
   *
   * @param message the one whose size was asked for last
   * @throws IllegalArgumentException if the batch has no room for it; then nothing has changed
   */
  void encode(Message message, FrameBatch batch);

  /**
   * Appends a link heartbeat.
   *
   * @throws IllegalArgumentException if the batch has no room for it
   */
  void encodeLinkHeartbeat(FrameBatch batch);

  /**
   * Hands out a message's frame in pieces, for one too large for a batch. Large bytes in the
   * message are not copied: their pieces refer to the message.
   *
   * @param message the one whose size was asked for last
   * @param pieceBytes the most one piece holds
   * @param out takes the pieces in order, and releases them. If it throws, the stream is unusable.
   */
  void encodeLarge(Message message, int pieceBytes, Consumer<ByteBuf> out);
}
