// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The index of the last line written to the output, so that a restart goes on behind it. Written
 * right after the lines and not synced: it outlives the process, and is as safe as the output is.
 */
final class Cursor implements AutoCloseable {

  private final FileChannel file;
  private final ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES);

  private Cursor(FileChannel file) {
    this.file = file;
  }

  static Cursor open(Path dataDir) {
    try {
      return new Cursor(
          FileChannel.open(
              dataDir.resolve("cursor"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The index; 0 if nothing was ever written. */
  long read() {
    try {
      buffer.clear();
      return file.read(buffer, 0) == Long.BYTES ? buffer.getLong(0) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void write(long index) {
    try {
      buffer.clear().putLong(0, index);
      file.write(buffer, 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
