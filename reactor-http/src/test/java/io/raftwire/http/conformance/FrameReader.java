// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.raftpb.Message;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Reads the frames of a message stream, whatever chunks they come in. */
final class FrameReader {

  private final RawHttp http;
  private final Deque<Message> ready = new ArrayDeque<>();
  private byte[] rest = {};

  FrameReader(RawHttp http) {
    this.http = http;
  }

  /** The next message, link heartbeats included. */
  Message next() {
    while (ready.isEmpty()) {
      byte[] chunk = http.chunk();
      if (chunk == null) {
        throw new IllegalStateException("the stream ended");
      }
      rest = Frames.join(rest, chunk);
      int whole = whole();
      ready.addAll(Frames.parse(Arrays.copyOf(rest, whole)));
      rest = Arrays.copyOfRange(rest, whole, rest.length);
    }
    return ready.remove();
  }

  private int whole() {
    int whole = 0;
    while (whole + 8 <= rest.length) {
      long length = java.nio.ByteBuffer.wrap(rest, whole, 8).getLong();
      if (whole + 8 + length > rest.length) {
        break;
      }
      whole += 8 + (int) length;
    }
    return whole;
  }
}
