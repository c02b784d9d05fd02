// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** Memory of the file's own, which is filled and written again and again. */
final class CopiedPiece extends Piece {

  private final ByteBuf memory;
  // What was taken, from 0 to its position.
  private final ByteBuffer bytes;
  private long position;

  CopiedPiece(int capacity, int blockBytes) {
    this.memory = PooledByteBufAllocator.DEFAULT.directBuffer(capacity + blockBytes);
    this.bytes =
        memory
            .internalNioBuffer(0, memory.capacity())
            .alignedSlice(blockBytes)
            .limit(capacity)
            .slice();
  }

  /** Begins again, at a place in the file. */
  synchronized void begin(long position) throws ClosedChannelException {
    requireMemory();
    this.position = position;
    bytes.clear();
  }

  /** Copies as much as fits, and no more than it may; returns how much. */
  synchronized int take(ByteBuf from, int most) throws ClosedChannelException {
    requireMemory();
    int taken = Math.min(Math.min(from.readableBytes(), most), bytes.remaining());
    from.readBytes(bytes.duplicate().limit(bytes.position() + taken));
    bytes.position(bytes.position() + taken);
    return taken;
  }

  synchronized boolean isFull() {
    return !bytes.hasRemaining();
  }

  /** Fills the last block up. */
  synchronized void pad(int blockBytes) throws ClosedChannelException {
    requireMemory();
    while (bytes.position() % blockBytes != 0) {
      bytes.put((byte) 0);
    }
  }

  @Override
  long position() {
    return position;
  }

  @Override
  ByteBuffer bytes() {
    return bytes.flip();
  }

  @Override
  void giveBack() {
    memory.release();
  }
}
