// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Many frames in one buffer. One protobuf stream serves the whole batch, so that a message costs no
 * object. Until {@link #finish()} the buffer must not be used otherwise; it stays the caller's, who
 * releases it.
 */
public final class FrameBatch {

  private final ByteBuf buffer;
  // Where the frames are until they are finished, if not in the buffer.
  private final byte @Nullable [] array;
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
    this.array = null;
    this.coded = CodedOutputStream.newInstance(region);
  }

  /**
   * A batch that is written to an array and copied when it is finished, which for a few short
   * frames costs less than another view of the buffer.
   *
   * @param array the batch's until it is finished
   * @param maxBytes how many bytes it may fill, at most the array's length and {@link
   *     ByteBuf#writableBytes()}
   */
  public FrameBatch(ByteBuf buffer, int maxBytes, byte[] array) {
    this.buffer = buffer;
    this.array = array;
    this.coded = CodedOutputStream.newInstance(array, 0, maxBytes);
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
    int written = coded.getTotalBytesWritten();
    if (array == null) {
      buffer.writerIndex(buffer.writerIndex() + written);
    } else {
      buffer.writeBytes(array, 0, written);
    }
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
