// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lone messages are written and read in buffers that streams and event loops keep. */
@Timeout(60)
class KeptBuffersTest {

  private static final int MESSAGES = 300;

  @Test
  void loneMessagesTakeNoBuffersOfTheAllocator() {
    Counting allocator = new Counting();
    try (RaftwirePeer one = member(1, allocator);
        RaftwirePeer other = member(2, allocator)) {
      RaftwirePeer.join(one, other);
      exchange(one, other, 1);
      int before = allocator.made.get();
      exchange(one, other, 1 + MESSAGES);
      assertThat(allocator.made.get() - before).isLessThan(MESSAGES / 10);
    }
  }

  private static RaftwirePeer member(long id, Counting allocator) {
    Duration never = Duration.ofHours(1);
    return new RaftwirePeer(
        id,
        config ->
            config
                .allocator(allocator)
                .timeouts(times -> times.linkHeartbeat(never).probeInterval(never)));
  }

  private static void exchange(RaftwirePeer one, RaftwirePeer other, int upTo) {
    for (int i = other.received().size(); i < upTo; i++) {
      int sent = i + 1;
      assertThat(one.send(message(one, other, i))).isTrue();
      Await.until("it arrived", () -> other.received().size() == sent);
    }
  }

  /** Each on the other stream than the one before. */
  private static Message message(RaftwirePeer one, RaftwirePeer other, int i) {
    return i % 2 == 0
        ? TestMessages.numbered(one.id(), other.id(), i)
        : TestMessages.message(MessageType.MsgApp, one.id(), other.id()).setIndex(i).build();
  }

  /** Netty does not watch its buffers for leaks, as it does in other tests. */
  private static final class Counting extends AbstractByteBufAllocator {

    private final UnpooledByteBufAllocator behind = new UnpooledByteBufAllocator(true, true);
    private final AtomicInteger made = new AtomicInteger();

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      made.incrementAndGet();
      return behind.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      made.incrementAndGet();
      return behind.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
