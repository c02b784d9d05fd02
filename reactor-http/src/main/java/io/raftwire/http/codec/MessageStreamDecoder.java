// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;

/**
 * Decodes the {@code message} stream. Numbers are big-endian and unsigned.
 *
 * <pre>
 * offset  bytes  what
 * 0       8      n
 * 8       n      Message
 * </pre>
 *
 * <p>A heartbeat from 0 to 0 is a link heartbeat.
 */
public final class MessageStreamDecoder extends FrameDecoder {

  private final long maxMessageBytes;
  private final NumberReader length = new NumberReader();
  private final BodyReader body = new BodyReader();
  private boolean inBody;

  /**
   * A decoder at the beginning of a stream.
   *
   * @param maxMessageBytes the largest message taken
   */
  public MessageStreamDecoder(long maxMessageBytes) {
    this.maxMessageBytes = Math.min(maxMessageBytes, BodyReader.MAX_BYTES);
  }

  @Override
  public boolean atFrameBoundary() {
    return !inBody && length.atStart();
  }

  @Override
  boolean step(ByteBuf in, MessageSink sink) {
    if (!inBody) {
      if (!length.read(in)) {
        return false;
      }
      body.begin("frame length", length.value(), maxMessageBytes);
      inBody = true;
    }
    byte[] bytes = body.read(in);
    if (bytes == null) {
      return false;
    }
    inBody = false;
    Message message = MessageParser.parse(bytes);
    if (Messages.isLinkHeartbeat(message)) {
      sink.linkHeartbeat();
    } else {
      sink.message(message, bytes.length, (long) Long.BYTES + bytes.length);
    }
    return true;
  }
}
