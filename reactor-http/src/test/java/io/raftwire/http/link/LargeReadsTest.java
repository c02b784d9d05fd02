// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LargeReadsTest {

  private static final int USUAL = 64 << 10;
  private static final int LARGE = 512 << 10;

  private final EmbeddedChannel channel = new EmbeddedChannel();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void readsAreLargeOnlyWhileTheyAreWanted() {
    RecvByteBufAllocator.ExtendedHandle handle = prepared();
    assertThat(largest(handle)).isEqualTo(USUAL);

    LargeReads.set(channel, true);
    assertThat(largest(handle)).isEqualTo(LARGE);

    LargeReads.set(channel, false);
    assertThat(largest(handle)).isEqualTo(USUAL);
  }

  @Test
  void aRoundOfReadsEndsAsItBegan() {
    RecvByteBufAllocator.ExtendedHandle handle = prepared();
    largest(handle);
    handle.reset(channel.config());
    LargeReads.set(channel, true);
    read(handle, 1);
    assertThat(handle.lastBytesRead()).isOne();
    assertThat(handle.attemptedBytesRead()).isEqualTo(USUAL);
  }

  @Test
  void aBodyThatComesInDropsIsReadInSmallBuffers() {
    RecvByteBufAllocator.ExtendedHandle handle = prepared();
    LargeReads.set(channel, true);
    largest(handle);
    int size = LARGE;
    for (int round = 0; round < 50; round++) {
      handle.reset(channel.config());
      size = read(handle, 1);
      handle.readComplete();
    }
    assertThat(size).isLessThanOrEqualTo(2 << 10);
  }

  @Test
  void aConnectionThatIsNotPreparedStaysAsItIs() {
    RecvByteBufAllocator before = channel.config().getRecvByteBufAllocator();
    LargeReads.set(channel, true);
    assertThat(channel.config().<RecvByteBufAllocator>getRecvByteBufAllocator()).isSameAs(before);
  }

  private RecvByteBufAllocator.ExtendedHandle prepared() {
    channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator());
    LargeReads.prepare(channel);
    return (RecvByteBufAllocator.ExtendedHandle) channel.unsafe().recvBufAllocHandle();
  }

  /** The size of the buffer after many that were read full. */
  private int largest(RecvByteBufAllocator.ExtendedHandle handle) {
    int size = 0;
    for (int round = 0; round < 20; round++) {
      handle.reset(channel.config());
      size = read(handle, Integer.MAX_VALUE);
      handle.readComplete();
    }
    return size;
  }

  private int read(RecvByteBufAllocator.ExtendedHandle handle, int arrived) {
    ByteBuf bytes = handle.allocate(channel.alloc());
    int size = bytes.writableBytes();
    bytes.release();
    handle.attemptedBytesRead(size);
    handle.lastBytesRead(Math.min(size, arrived));
    handle.incMessagesRead(1);
    return size;
  }
}
