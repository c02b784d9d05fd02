// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Large memory that a snapshot's body is read into, each read behind the one before, and each byte
 * as far from the beginning of a block of memory as it is from that of a block in the body. So a
 * store can write it from there, past the page cache (O_DIRECT) too, where else it would copy it.
 */
final class BodyMemory {

  // What DirectorySnapshotStore writes at once.
  private static final int BYTES = 960 * 1024;

  private static final int MOST_READ_BYTES = BYTES / 2;

  // What file systems have, nearly all. With another one the store copies.
  private static final int BLOCK_BYTES = 4096;

  // What the store writes at once, what is being filled, and what waits in between.
  private static final int MOST_KEPT = 8;

  private final List<KeptBuffer> kept =
      Stream.generate(() -> new KeptBuffer(BYTES + BLOCK_BYTES)).limit(MOST_KEPT).toList();

  private @Nullable ByteBuf memory;
  private int at;
  private int end;

  /**
   * Memory for what follows in a body.
   *
   * @param position where in the body that is
   */
  BodyMemory(long position) {
    at = (int) (position % BLOCK_BYTES);
  }

  /** Where to read next, direct, empty and not to grow, which the caller releases. */
  ByteBuf next(ByteBufAllocator allocator) {
    ByteBuf current = memory;
    if (current == null || at == end) {
      current = begin(allocator);
    }
    return current.retainedSlice(at, Math.min(MOST_READ_BYTES, end - at)).clear();
  }

  private ByteBuf begin(ByteBufAllocator allocator) {
    release(memory);
    ByteBuf next = take(allocator);
    int block = next.hasMemoryAddress() ? (int) (-next.memoryAddress() & BLOCK_BYTES - 1) : 0;
    // Only the first begins within a block.
    at = block + (memory == null ? at : 0);
    end = block + BYTES;
    memory = next;
    return next;
  }

  private ByteBuf take(ByteBufAllocator allocator) {
    for (KeptBuffer buffer : kept) {
      ByteBuf taken = buffer.take(allocator);
      if (taken != null) {
        return taken;
      }
    }
    return allocator.directBuffer(BYTES + BLOCK_BYTES);
  }

  /** So many bytes have been read into what was the next place. */
  void read(int bytes) {
    at += bytes;
  }

  /** Has no memory any more, and is not used again; who has some of it keeps that. */
  void release() {
    release(memory);
    memory = null;
    kept.forEach(KeptBuffer::release);
  }

  private static void release(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
  }
}
