// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.raftwire.raftpb.Message;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** What encoders make of messages, as plain bytes. */
final class Encoding {

  private Encoding() {}

  /** Frames by way of a batch of exactly the size announced. */
  static byte[] frame(StreamEncoder encoder, Message message) {
    int size = Math.toIntExact(encoder.frameSize(message));
    ByteBuf buffer = Unpooled.directBuffer(size, size);
    try {
      FrameBatch batch = new FrameBatch(buffer);
      encoder.encode(message, batch);
      assertThat(batch.remaining()).isZero();
      batch.finish();
      return ByteBufUtil.getBytes(buffer);
    } finally {
      buffer.release();
    }
  }

  static byte[] linkHeartbeat(StreamEncoder encoder) {
    ByteBuf buffer = Unpooled.buffer(64);
    try {
      FrameBatch batch = new FrameBatch(buffer);
      encoder.encodeLinkHeartbeat(batch);
      batch.finish();
      return ByteBufUtil.getBytes(buffer);
    } finally {
      buffer.release();
    }
  }

  /** Frames by way of pieces. */
  static byte[] largeFrame(StreamEncoder encoder, Message message, int pieceBytes) {
    long size = encoder.frameSize(message);
    List<ByteBuf> pieces = new ArrayList<>();
    encoder.encodeLarge(message, pieceBytes, pieces::add);
    assertThat(pieces)
        .allSatisfy(piece -> assertThat(piece.readableBytes()).isBetween(1, pieceBytes));
    byte[] bytes = join(pieces);
    assertThat(bytes).hasSize(Math.toIntExact(size));
    return bytes;
  }

  /** The bytes of all pieces, which are released. */
  static byte[] join(List<ByteBuf> pieces) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (ByteBuf piece : pieces) {
      all.writeBytes(ByteBufUtil.getBytes(piece));
      piece.release();
    }
    return all.toByteArray();
  }
}
