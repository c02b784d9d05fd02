// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;
import io.raftwire.http.link.KeptBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the streams of an event loop write in. A few buffers are kept, each with room for a full
 * batch or a frame of 64 KiB; most of the time one of them is enough, and still in the processor's
 * cache when it is used again. Whoever finds all taken, or needs a larger one, gets one from the
 * allocator.
 *
 * <p>For one thread, the event loop.
 */
final class WriteBuffers {

  // Room for a frame of 64 KiB of data and what is around that.
  private static final int KEPT_BYTES = 66 * 1024;

  // As many as a connection that waits for its socket has written.
  private static final int MOST_KEPT = 4;

  private static final FastThreadLocal<WriteBuffers> OF_THREAD =
      new FastThreadLocal<>() {
        @Override
        protected WriteBuffers initialValue() {
          return new WriteBuffers();
        }

        @Override
        protected void onRemoval(WriteBuffers buffers) {
          buffers.kept.forEach(KeptBuffer::release);
        }
      };

  private final List<KeptBuffer> kept =
      Stream.generate(() -> new KeptBuffer(KEPT_BYTES)).limit(MOST_KEPT).toList();

  private WriteBuffers() {}

  /** A direct buffer of at least so many bytes, which the caller releases. */
  static ByteBuf take(ByteBufAllocator allocator, int bytes) {
    ByteBuf buffer = bytes <= KEPT_BYTES ? OF_THREAD.get().keptBuffer(allocator) : null;
    return buffer == null ? allocator.directBuffer(bytes, bytes) : buffer;
  }

  private @Nullable ByteBuf keptBuffer(ByteBufAllocator allocator) {
    for (int i = 0; i < MOST_KEPT; i++) {
      ByteBuf buffer = kept.get(i).take(allocator);
      if (buffer != null) {
        return buffer;
      }
    }
    return null;
  }
}
