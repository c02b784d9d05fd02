// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;

/** Feeds bytes to decoders in pieces, and looks after the buffers. */
final class Feeder {

  private Feeder() {}

  /** All bytes at once. */
  static Received feed(StreamDecoder decoder, byte[] bytes) {
    Received received = new Received();
    feed(decoder, bytes, 0, bytes.length, received);
    return received;
  }

  /** In two pieces. */
  static Received feedSplit(StreamDecoder decoder, byte[] bytes, int at) {
    Received received = new Received();
    feed(decoder, bytes, 0, at, received);
    feed(decoder, bytes, at, bytes.length, received);
    return received;
  }

  /** In pieces of at most so many bytes each, 0 included. */
  static Received feedRandomly(StreamDecoder decoder, byte[] bytes, int most, Random random) {
    Received received = new Received();
    int from = 0;
    while (from < bytes.length) {
      int to = Math.min(bytes.length, from + random.nextInt(most + 1));
      feed(decoder, bytes, from, to, received);
      from = to;
    }
    return received;
  }

  /** Byte by byte. */
  static Received feedSingly(StreamDecoder decoder, byte[] bytes) {
    Received received = new Received();
    for (int i = 0; i < bytes.length; i++) {
      feed(decoder, bytes, i, i + 1, received);
    }
    return received;
  }

  private static void feed(
      StreamDecoder decoder, byte[] bytes, int from, int to, MessageSink sink) {
    ByteBuf in = buffer(Arrays.copyOfRange(bytes, from, to), from);
    try {
      decoder.decode(in, sink);
      assertThat(in.readableBytes()).isZero();
    } finally {
      // Whatever a decoder handed out must survive what becomes of the buffer.
      in.setZero(0, in.capacity());
      assertThat(in.refCnt()).isEqualTo(1);
      in.release();
    }
  }

  /** Direct, on the heap with an offset, or in two parts. */
  private static ByteBuf buffer(byte[] bytes, int kind) {
    return switch (kind % 3) {
      case 0 -> Unpooled.directBuffer(bytes.length).writeBytes(bytes);
      case 1 -> Unpooled.buffer(bytes.length + 3).writeZero(3).skipBytes(3).writeBytes(bytes);
      default -> {
        int half = bytes.length / 2;
        yield Unpooled.compositeBuffer()
            .addComponent(true, Unpooled.buffer(half + 1).writeBytes(bytes, 0, half))
            .addComponent(
                true, Unpooled.directBuffer().writeBytes(bytes, half, bytes.length - half));
      }
    };
  }
}
