// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;

/**
 * A part of a body that is written at once, in memory as direct I/O wants it. Locked, because who
 * closes the file may come while it is being filled or written.
 */
abstract sealed class Piece permits CopiedPiece, LentPiece {

  // The memory's own count does not tell: the pool gives its object to the next who asks.
  private boolean released;

  /** Where in the file it begins. */
  abstract long position();

  /** What is to be written. */
  abstract ByteBuffer bytes();

  /** Gives the memory back. Called once. */
  abstract void giveBack();

  final synchronized void writeTo(FileChannel channel) throws IOException {
    requireMemory();
    writeAll(channel, bytes(), position());
  }

  final synchronized void release() {
    if (!released) {
      released = true;
      giveBack();
    }
  }

  // It may be somebody else's by now.
  final void requireMemory() throws ClosedChannelException {
    if (released) {
      throw new ClosedChannelException();
    }
  }

  static void writeAll(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }
}
