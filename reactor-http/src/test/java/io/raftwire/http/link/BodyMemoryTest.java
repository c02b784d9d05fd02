// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodyMemoryTest {

  private static final int BLOCK = 4096;
  private static final int MEMORY = 960 * 1024;
  private static final int MOST = 480 * 1024;

  // Of buffers that Netty does not watch, as all but one in 128 outside of tests.
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4095, 4096, 100_000, 5_000_000_001L})
  void eachReadIsBehindTheOneBeforeUntilABlockEndsTheMemory(long begin) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    BodyMemory memory = new BodyMemory(begin);
    long position = begin;
    long expected = -1;
    int memories = 0;
    while (memories < 20) {
      ByteBuf read = memory.next(allocator);
      long address = read.memoryAddress();
      assertThat(read.readableBytes()).as("seed %d", seed).isZero();
      assertThat(read.maxWritableBytes()).as("seed %d", seed).isBetween(1, MOST);
      assertThat((address - position) % BLOCK).as("seed %d", seed).isZero();
      if (address != expected) {
        assertThat(position == begin || position % BLOCK == 0).as("seed %d", seed).isTrue();
        memories++;
      }
      int bytes = 1 + random.nextInt(read.writableBytes());
      read.writeZero(bytes).release();
      memory.read(bytes);
      position += bytes;
      expected = address + bytes;
    }
    assertThat(position - begin).as("seed %d", seed).isGreaterThan(18 * MEMORY);
    memory.release();
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }

  /** How many memories others hold while more is read. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 7, 12})
  void memoryIsUsedAgainOnceNobodyHasItAndGivenBackWhenAllEnds(int held) {
    BodyMemory memory = new BodyMemory(0);
    Queue<ByteBuf> holds = new ArrayDeque<>();
    long most = 0;
    for (int i = 0; i < 100; i++) {
      ByteBuf first = memory.next(allocator).writeLong(i);
      memory.read(MOST);
      memory.next(allocator).release();
      memory.read(MEMORY - MOST);
      holds.add(first);
      while (holds.size() > held) {
        ByteBuf oldest = holds.remove();
        assertThat(oldest.readLong()).isEqualTo(i - held);
        oldest.release();
      }
      most = Math.max(most, allocator.metric().usedDirectMemory());
    }
    // Those held, the one that is read into, and the one behind.
    assertThat(most).isLessThanOrEqualTo((held + 2L) * (MEMORY + BLOCK));

    memory.release();
    assertThat(allocator.metric().usedDirectMemory()).isEqualTo((long) held * (MEMORY + BLOCK));
    holds.forEach(ByteBuf::release);
    assertThat(allocator.metric().usedDirectMemory()).isZero();
  }
}
