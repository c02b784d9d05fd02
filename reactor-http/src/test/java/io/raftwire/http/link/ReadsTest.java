// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.unix.PreferredDirectByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("deprecation") // Netty's own handles have no other type.
class ReadsTest {

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ChannelConfig config = channel.config();
  private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
  private Reads reads;
  private RecvByteBufAllocator.Handle handle;

  @BeforeEach
  void set() {
    Reads.set(channel);
    reads = config.getRecvByteBufAllocator();
    handle = reads.newHandle();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
    FastThreadLocal.removeAll();
  }

  @Test
  void readsGrowWithWhatThereIsToReadAndShrinkWhenItIsLess() {
    assertThat(readFull(1)).isEqualTo(2 * 1024);
    assertThat(readFull(20)).isEqualTo(64 * 1024);
    for (int i = 0; i < 40; i++) {
      read(100);
    }
    assertThat(readFull(1)).isEqualTo(512);
  }

  @Test
  void theReadsOfABodyAreLargerUntilItEnds() {
    readFull(20);
    reads.body(null);
    assertThat(readFull(20)).isEqualTo(256 * 1024);
    reads.bodyEnded();
    assertThat(readFull(1)).isEqualTo(64 * 1024);
  }

  @Test
  void aBodyThatIsLeftAsItComesIsReadIntoItsMemoryUntilItEnds() {
    UnpooledByteBufAllocator ofChannel = new UnpooledByteBufAllocator(true, true);
    config.setAllocator(ofChannel);
    allocator = asEpollHandsItOn(ofChannel);
    reads.body(new BodyMemory(5000));
    ByteBuf first = handle.allocate(allocator);
    handle.attemptedBytesRead(first.writableBytes());
    handle.lastBytesRead(1000);
    ByteBuf second = handle.allocate(allocator);
    assertThat((first.memoryAddress() - 5000) % 4096).isZero();
    assertThat(second.memoryAddress() - first.memoryAddress()).isEqualTo(1000);
    second.release();
    handle.lastBytesRead(-1);
    ByteBuf again = handle.allocate(allocator);
    assertThat(again.memoryAddress() - first.memoryAddress()).isEqualTo(1000);
    again.release();

    reads.bodyEnded();
    ByteBuf next = handle.allocate(allocator);
    assertThat(next.capacity()).isLessThanOrEqualTo(64 * 1024);
    assertThat(next.unwrap()).isNull();
    next.release();
    first.release();
    assertThat(ofChannel.metric().usedDirectMemory()).isZero();
  }

  @Test
  void fourReadsAreOneTurnOfTheEventLoop() {
    assertThat(turn()).isEqualTo(4);
  }

  @Test
  void aStreamMayEndTheTurnBeforeThat() {
    AtomicInteger left = new AtomicInteger(2);
    Reads.stream(channel, () -> left.decrementAndGet() > 0);
    assertThat(turn()).isEqualTo(2);
    left.set(100);
    assertThat(turn()).isEqualTo(4);
  }

  @Test
  void theReadsOfAStreamAreMadeWithOneBufferAsLongAsNobodyHoldsIt() {
    UnpooledByteBufAllocator ofChannel = new UnpooledByteBufAllocator(true, true);
    config.setAllocator(ofChannel);
    allocator = asEpollHandsItOn(ofChannel);
    Reads.stream(channel, () -> true);
    ByteBuf first = handle.allocate(allocator).writeLong(1);
    ByteBuf second = handle.allocate(allocator);
    assertThat(second).as("while the first one is held").isNotSameAs(first);
    second.release();
    first.release();

    ByteBuf third = handle.allocate(allocator);
    assertThat(third).isSameAs(first);
    assertThat(third.readableBytes()).isZero();
    assertThat(third.writableBytes()).isEqualTo(64 * 1024);
    third.release();
  }

  @Test
  void whatIsNoStreamIsReadIntoABufferOfItsOwnEachTime() {
    allocator = new UnpooledByteBufAllocator(true, true);
    ByteBuf first = handle.allocate(allocator);
    first.release();
    assertThat(first.refCnt()).isZero();
  }

  @Test
  void aConnectionThatClosesEndsItsBody() {
    UnpooledByteBufAllocator ofChannel = new UnpooledByteBufAllocator(true, true);
    config.setAllocator(ofChannel);
    reads.body(new BodyMemory(0));
    handle.allocate(ofChannel).release();
    assertThat(ofChannel.metric().usedDirectMemory()).isPositive();
    channel.close();
    assertThat(ofChannel.metric().usedDirectMemory()).isZero();
  }

  private static ByteBufAllocator asEpollHandsItOn(ByteBufAllocator ofChannel) {
    PreferredDirectByteBufAllocator wrapper = new PreferredDirectByteBufAllocator();
    wrapper.updateAllocator(ofChannel);
    return wrapper;
  }

  /** Reads all that buffers can take until the turn is over; how many they were. */
  private int turn() {
    handle.reset(config);
    int count = 0;
    do {
      count++;
      readOnce(Integer.MAX_VALUE);
    } while (handle.continueReading());
    handle.readComplete();
    return count;
  }

  /** Reads all that a buffer can take, so many times; the size of the last one. */
  private int readFull(int times) {
    int size = 0;
    for (int i = 0; i < times; i++) {
      size = read(Integer.MAX_VALUE);
    }
    return size;
  }

  private int read(int bytes) {
    handle.reset(config);
    int size = readOnce(bytes);
    handle.readComplete();
    return size;
  }

  private int readOnce(int bytes) {
    ByteBuf buffer = handle.allocate(allocator);
    int size = buffer.writableBytes();
    buffer.release();
    handle.attemptedBytesRead(size);
    handle.lastBytesRead(Math.min(bytes, size));
    handle.incMessagesRead(1);
    return size;
  }
}
