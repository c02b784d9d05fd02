// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A buffer that is kept for what is nearly always done with before the next of its kind: a read of
 * a stream, or a lone message written. Netty looks for leaks at one of 128 buffers that are taken
 * from its allocators, with a stack trace, and that makes a lone message late.
 *
 * <p>Who takes the buffer may hold it as long as it likes and give it to others, on any thread, as
 * any other buffer; meanwhile it cannot be taken again. One that Netty watches for a leak is used
 * once and not kept, so that Netty sees all of them where it is told to watch all.
 *
 * <p>For one thread at a time.
 */
public final class KeptBuffer {

  private final int capacity;
  private @Nullable ByteBuf kept;
  // Not what the buffer says, which may be one behind it.
  private @Nullable ByteBufAllocator maker;
  private boolean released;

  /**
   * Keeps a buffer from its first use on.
   *
   * @param capacity in bytes
   */
  public KeptBuffer(int capacity) {
    this.capacity = capacity;
  }

  /**
   * The buffer, direct, empty and not to grow, which the caller releases; null if somebody still
   * has it, if it is another allocator's, or after {@link #release}.
   *
   * @param allocator makes it the first time
   */
  public @Nullable ByteBuf take(ByteBufAllocator allocator) {
    ByteBuf buffer = kept;
    if (buffer == null) {
      return released ? null : make(allocator);
    }
    return buffer.refCnt() == 1 && allocator == maker ? buffer.clear().retain() : null;
  }

  private ByteBuf make(ByteBufAllocator allocator) {
    ByteBuf buffer = allocator.directBuffer(capacity, capacity);
    boolean watched = buffer.unwrap() != null;
    if (watched) {
      return buffer;
    }
    kept = buffer;
    maker = allocator;
    return buffer.retain();
  }

  /** Keeps no buffer any more. */
  public void release() {
    released = true;
    ByteBuf buffer = kept;
    kept = null;
    if (buffer != null) {
      buffer.release();
    }
  }
}
