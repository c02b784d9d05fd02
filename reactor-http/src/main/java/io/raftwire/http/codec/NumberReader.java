// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;

/** Reads big-endian 64-bit numbers that may arrive in parts. */
final class NumberReader {

  private long value;
  private int missing = Long.BYTES;

  /** Whether the number is whole now; then {@link #value()} is it and the next call starts anew. */
  boolean read(ByteBuf in) {
    if (missing == Long.BYTES && in.readableBytes() >= Long.BYTES) {
      value = in.readLong();
      return true;
    }
    while (missing > 0 && in.isReadable()) {
      // What an earlier number left here is shifted out by the eighth byte.
      value = value << Byte.SIZE | in.readUnsignedByte();
      missing--;
    }
    if (missing > 0) {
      return false;
    }
    missing = Long.BYTES;
    return true;
  }

  /** The last whole number, unsigned. */
  long value() {
    return value;
  }

  /** Whether no part of a number has been read. */
  boolean atStart() {
    return missing == Long.BYTES;
  }
}
