// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import org.junit.jupiter.api.Test;

class FrameBatchTest {

  private static final Message VOTE =
      Message.newBuilder().setType(MessageType.MsgVote).setTo(1).build();
  private static final byte[] VOTE_FRAME = Hex.bytes("0000000000000004", "08 05", "10 01");

  private final MessageStreamEncoder encoder = new MessageStreamEncoder();

  @Test
  void fillsDirectAndHeapBuffersFromTheirWriterIndex() {
    assertAppends(PooledByteBufAllocator.DEFAULT.directBuffer(100));
    assertAppends(PooledByteBufAllocator.DEFAULT.heapBuffer(100));
    assertAppends(Unpooled.buffer(100).writeZero(5).slice(5, 50).clear());
  }

  private void assertAppends(ByteBuf buffer) {
    buffer.writeByte(0x7e);
    assertAppends(buffer, new FrameBatch(buffer, 30));
  }

  @Test
  void copiesWhatIsInAnArrayBehindWhatTheBufferHolds() {
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(100);
    buffer.writeByte(0x7e);
    assertAppends(buffer, new FrameBatch(buffer, 30, new byte[40]));
  }

  private void assertAppends(ByteBuf buffer, FrameBatch batch) {
    encoder.encode(VOTE, batch);
    encoder.encode(VOTE, batch);
    assertThat(batch.remaining()).isEqualTo(6);
    batch.finish();

    byte[] frames = ByteBufUtil.getBytes(buffer);
    assertThat(frames).hasSize(25).startsWith(0x7e).endsWith(VOTE_FRAME);
    assertThat(ByteBufUtil.getBytes(buffer, 1, 12)).isEqualTo(VOTE_FRAME);
    assertThat(buffer.refCnt()).isEqualTo(1);
    buffer.release();
  }

  @Test
  void aFrameThatDoesNotFitChangesNothing() {
    ByteBuf buffer = Unpooled.directBuffer(20, 20);
    FrameBatch batch = new FrameBatch(buffer);
    encoder.encode(VOTE, batch);

    assertThatThrownBy(() -> encoder.encode(VOTE, batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("frame of 12 bytes (expected: at most 8)");
    assertThat(batch.remaining()).isEqualTo(8);

    batch.finish();
    assertThat(ByteBufUtil.getBytes(buffer)).isEqualTo(VOTE_FRAME);
    buffer.release();
  }

  @Test
  void needsOnePieceOfMemory() {
    CompositeByteBuf buffer = Unpooled.compositeBuffer();
    buffer.addComponents(Unpooled.buffer(8), Unpooled.buffer(8));

    assertThatThrownBy(() -> new FrameBatch(buffer)).isInstanceOf(IllegalArgumentException.class);

    buffer.release();
  }
}
