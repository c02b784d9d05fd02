// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Many frames in one buffer. One protobuf stream serves the whole batch, so that a message costs no
 * object. Until {@link #finish()} the buffer must not be used otherwise; it stays the caller's, who
 * releases it.
 */
public final class FrameBatch {

  private final ByteBuf buffer;
  private final CodedOutputStream coded;

  /** A batch that may fill all writable bytes of the buffer. */
  public FrameBatch(ByteBuf buffer) {
    this(buffer, buffer.writableBytes());
  }

  /**
   * A batch that may fill some of the writable bytes of the buffer, from its writer index on.
   *
   * @param maxBytes how many, at most {@link ByteBuf#writableBytes()}
   */
  public FrameBatch(ByteBuf buffer, int maxBytes) {
    if (buffer.nioBufferCount() != 1) {
      throw new IllegalArgumentException(buffer + " (expected: a buffer in one piece of memory)");
    }
    // The buffer's own view will do, since the stream makes itself a copy of it.
    ByteBuffer region = buffer.internalNioBuffer(buffer.writerIndex(), maxBytes);
    this.buffer = buffer;
    this.coded = CodedOutputStream.newInstance(region);
  }

  /** How many bytes are free. */
  public int remaining() {
    return coded.spaceLeft();
  }

  /** Moves the buffer's writer index behind the frames; the batch is of no further use. */
  public void finish() {
    try {
      coded.flush();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    buffer.writerIndex(buffer.writerIndex() + coded.getTotalBytesWritten());
  }

  /**
   * The stream to write to, after a check that there is room.
   *
   * @throws IllegalArgumentException if there is less than that
   */
  CodedOutputStream reserve(long bytes) {
    if (bytes > coded.spaceLeft()) {
      throw new IllegalArgumentException(
          "frame of " + bytes + " bytes (expected: at most " + coded.spaceLeft() + ")");
    }
    return coded;
  }
}
