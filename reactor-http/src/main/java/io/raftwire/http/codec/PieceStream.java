// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what protobuf writes into buffers: large arrays are wrapped, the small bytes between them
 * are collected and copied. What was not handed out before closing is dropped.
 */
final class PieceStream extends OutputStream {

  private static final int CODED_BUFFER_BYTES = 4096;

  // An array protobuf hands over may be its own buffer, which it fills again, or that of a
  // ByteString, which never changes. Its own is smaller than this.
  private static final int WRAP_BYTES = 4 * CODED_BUFFER_BYTES;

  // Around large bytes there are a few small ones.
  private static final int COLLECTOR_BYTES = 64;

  private final int pieceBytes;
  private final Consumer<ByteBuf> out;
  private final CodedOutputStream coded = CodedOutputStream.newInstance(this, CODED_BUFFER_BYTES);
  private int collectorBytes;
  private @Nullable ByteBuf collector;

  /**
   * @param pieceBytes the most one piece holds
   * @param out takes the pieces, and releases them
   */
  PieceStream(int pieceBytes, Consumer<ByteBuf> out) {
    if (pieceBytes < 1) {
      throw new IllegalArgumentException("pieceBytes: " + pieceBytes + " (expected: at least 1)");
    }
    this.pieceBytes = pieceBytes;
    this.out = out;
    this.collectorBytes = Math.min(pieceBytes, COLLECTOR_BYTES);
  }

  /** Where to write to. */
  CodedOutputStream coded() {
    return coded;
  }

  @Override
  public void write(int value) {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    if (length < WRAP_BYTES) {
      collect(bytes, offset, length);
    } else {
      emitCollected();
      wrap(bytes, offset, length);
    }
  }

  /** Hands out what is left. */
  void finish() throws IOException {
    coded.flush();
    emitCollected();
  }

  @Override
  public void close() {
    if (collector != null) {
      collector.release();
      collector = null;
    }
  }

  private void wrap(byte[] bytes, int offset, int length) {
    for (int done = 0; done < length; ) {
      int size = Math.min(pieceBytes, length - done);
      out.accept(Unpooled.wrappedBuffer(bytes, offset + done, size));
      done += size;
    }
  }

  private void collect(byte[] bytes, int offset, int length) {
    for (int done = 0; done < length; ) {
      if (collector == null) {
        collector = Unpooled.buffer(collectorBytes, pieceBytes);
      }
      int size = Math.min(collector.maxWritableBytes(), length - done);
      collector.writeBytes(bytes, offset + done, size);
      done += size;
      if (collector.maxWritableBytes() == 0) {
        // There is a lot to collect, so the next need not grow step by step.
        collectorBytes = pieceBytes;
        emitCollected();
      }
    }
  }

  private void emitCollected() {
    ByteBuf piece = collector;
    if (piece != null) {
      collector = null;
      out.accept(piece);
    }
  }
}
