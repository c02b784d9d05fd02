// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class KeptBufferTest {

  private static final int CAPACITY = 100;

  // Of buffers that Netty does not watch, as all but one in 128 outside of tests.
  private final ByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
  private final KeptBuffer kept = new KeptBuffer(CAPACITY);

  @Test
  void theSameBufferAgainAndEmpty() {
    ByteBuf first = kept.take(allocator);
    assertThat(first.isDirect()).isTrue();
    first.writeLong(1).readByte();
    first.release();

    ByteBuf second = kept.take(allocator);
    assertThat(second).isSameAs(first);
    assertThat(second.readerIndex()).isZero();
    assertThat(second.writerIndex()).isZero();
    assertThat(second.maxWritableBytes()).isEqualTo(CAPACITY);
    second.release();
    kept.release();
    assertThat(first.refCnt()).isZero();
  }

  @Test
  void noBufferWhileAnybodyHasIt() {
    ByteBuf first = kept.take(allocator).writeLong(1);
    ByteBuf slice = first.readRetainedSlice(4);
    first.release();
    assertThat(kept.take(allocator)).isNull();

    slice.release();
    ByteBuf second = kept.take(allocator);
    assertThat(second).isSameAs(first);
    second.release();
    kept.release();
  }

  @Test
  void whoHasItKeepsItWhenItIsGivenUp() {
    ByteBuf buffer = kept.take(allocator).writeLong(7);
    kept.release();
    assertThat(buffer.readLong()).isEqualTo(7);
    buffer.release();
    assertThat(buffer.refCnt()).isZero();
    assertThat(kept.take(allocator)).as("given up").isNull();
  }

  @Test
  void noBufferOfAnotherAllocator() {
    kept.take(allocator).release();
    assertThat(kept.take(new UnpooledByteBufAllocator(true, true))).isNull();
    kept.release();
  }

  @Test
  void aBufferThatIsWatchedForLeaksIsNotKept() {
    ByteBuf watched = kept.take(PooledByteBufAllocator.DEFAULT);
    watched.release();
    assertThat(watched.refCnt()).isZero();
    assertThat(watched.unwrap()).as("tests watch every buffer").isNotNull();
  }
}
