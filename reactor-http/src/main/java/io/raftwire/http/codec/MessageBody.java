// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.util.function.Consumer;

/** A message that is a body of its own, without a frame: what the pipeline posts. */
public final class MessageBody {

  private MessageBody() {}

  /**
   * Parses a whole body. Reads all readable bytes; the caller, who has checked their number, still
   * owns the buffer and releases it.
   *
   * @throws CorruptStreamException if they are no message
   */
  public static Message parse(ByteBuf body) {
    byte[] bytes = new byte[body.readableBytes()];
    body.readBytes(bytes);
    return MessageParser.parse(bytes);
  }

  /**
   * Appends a body of {@link Message#getSerializedSize()} bytes.
   *
   * @param buffer has room for it, in one piece of memory
   */
  public static void write(Message message, ByteBuf buffer) {
    int size = message.getSerializedSize();
    CodedOutputStream coded =
        CodedOutputStream.newInstance(buffer.nioBuffer(buffer.writerIndex(), size));
    try {
      message.writeTo(coded);
      coded.flush();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    buffer.writerIndex(buffer.writerIndex() + size);
  }

  /**
   * Hands out a body of {@link Message#getSerializedSize()} bytes in pieces. Large bytes in the
   * message are not copied.
   *
   * @param pieceBytes the most one piece holds
   * @param out takes the pieces in order, and releases them
   */
  public static void write(Message message, int pieceBytes, Consumer<ByteBuf> out) {
    try (PieceStream pieces = new PieceStream(pieceBytes, out)) {
      message.writeTo(pieces.coded());
      pieces.finish();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
  }
}
