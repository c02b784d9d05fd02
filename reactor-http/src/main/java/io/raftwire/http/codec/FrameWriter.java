// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;

/** Writes what a frame has beside protobuf. */
final class FrameWriter {

  private FrameWriter() {}

  static void writeByte(CodedOutputStream out, int value) throws IOException {
    out.write((byte) value);
  }

  /** A big-endian number; protobuf's fixed ones are little-endian. */
  static void writeLong(CodedOutputStream out, long value) throws IOException {
    out.writeFixed64NoTag(Long.reverseBytes(value));
  }
}
