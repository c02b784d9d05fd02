// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts what is written into chunks of one size, so that a snapshot travels and is stored in pieces
 * of a known bound, whatever the values' sizes. At least one chunk comes out: MicroRaft cannot
 * install a snapshot of none.
 */
final class ChunkWriter extends OutputStream {

  private final int chunkBytes;
  private final Consumer<Object> chunks;
  private byte[] buffer;
  private int length;
  private boolean any;

  ChunkWriter(int chunkBytes, Consumer<Object> chunks) {
    this.chunkBytes = chunkBytes;
    this.chunks = chunks;
    this.buffer = new byte[chunkBytes];
  }

  @Override
  public void write(int b) {
    if (length == chunkBytes) {
      emit();
    }
    buffer[length++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    int written = 0;
    while (written < count) {
      if (length == chunkBytes) {
        emit();
      }
      int part = Math.min(count - written, chunkBytes - length);
      System.arraycopy(bytes, offset + written, buffer, length, part);
      length += part;
      written += part;
    }
  }

  @Override
  public void close() {
    if (length > 0 || !any) {
      emit();
    }
  }

  private void emit() {
    byte[] chunk = length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
    // The array is this chunk's alone from here on.
    ByteString bytes = UnsafeByteOperations.unsafeWrap(chunk);
    buffer = new byte[chunkBytes];
    length = 0;
    any = true;
    chunks.accept(bytes);
  }
}
