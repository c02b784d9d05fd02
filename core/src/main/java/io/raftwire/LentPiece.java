// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Buffers of the body that lie one behind the other in memory, and are written from there. */
final class LentPiece extends Piece {

  private final ByteBuf memory;
  private final int begin;
  private final long position;
  private final List<ByteBuf> buffers = new ArrayList<>();
  private int length;

  private LentPiece(Place place, long position) {
    this.memory = place.memory;
    this.begin = place.index;
    this.position = position;
  }

  /** Where a buffer's readable bytes are, in memory that is no part of other memory. */
  record Place(ByteBuf memory, int index) {

    /** Null if the buffer does not tell. */
    static @Nullable Place of(ByteBuf bytes) {
      ByteBuf memory = bytes;
      for (ByteBuf outer = memory.unwrap(); outer != null; outer = memory.unwrap()) {
        memory = outer;
      }
      if (!bytes.hasMemoryAddress() || !memory.hasMemoryAddress()) {
        return null;
      }
      long index = bytes.memoryAddress() + bytes.readerIndex() - memory.memoryAddress();
      return new Place(memory, Math.toIntExact(index));
    }

    /** Whether a place in a file is as far from the beginning of a block as this in memory. */
    boolean fits(long position, int blockBytes) {
      return (memory.memoryAddress() + index - position & blockBytes - 1) == 0;
    }

    /** How much of the memory there is from here on. */
    int left() {
      return memory.capacity() - index;
    }

    Place plus(int bytes) {
      return new Place(memory, index + bytes);
    }

    /** An empty piece that begins here. */
    LentPiece begin(long position) {
      return new LentPiece(this, position);
    }
  }

  /** Whether a place is where this ends. */
  @SuppressWarnings("ReferenceEquality") // The same memory, not the same content.
  synchronized boolean endsAt(@Nullable Place place) {
    return place != null && place.memory == memory && place.index == begin + length;
  }

  /** Takes a part of a buffer, which is where this ends. */
  synchronized void take(ByteBuf from, int bytes) throws ClosedChannelException {
    requireMemory();
    buffers.add(from.readRetainedSlice(bytes));
    length += bytes;
  }

  synchronized int length() {
    return length;
  }

  /** Copies the end of this, and is shorter without it. */
  synchronized void moveEnd(int newLength, CopiedPiece to) throws ClosedChannelException {
    requireMemory();
    ByteBuf end = memory.slice(begin + newLength, length - newLength);
    to.take(end, end.readableBytes());
    length = newLength;
  }

  @Override
  long position() {
    return position;
  }

  @Override
  ByteBuffer bytes() {
    return memory.nioBuffer(begin, length);
  }

  @Override
  void giveBack() {
    buffers.forEach(ByteBuf::release);
  }
}
