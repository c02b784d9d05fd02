// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.http.codec.CorruptStreamException.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkReaderTest {

  private static final String WHOLE =
      String.join(
          "\r\n",
          "5",
          "hello",
          "000001;name=\"value\"",
          " ",
          "B ",
          "bright",
          "day",
          "0;last",
          "Trailer: one",
          "Other: two",
          "",
          "");

  private final ChunkReader chunks = new ChunkReader();
  private final StringBuilder content = new StringBuilder();

  private void read(String text) {
    ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    try {
      for (int bytes = chunks.next(in); bytes > 0; bytes = chunks.next(in)) {
        content.append(in.readCharSequence(bytes, StandardCharsets.ISO_8859_1));
      }
      assertThat(in.isReadable()).isFalse();
    } finally {
      in.release();
    }
  }

  @Test
  void findsTheContent() {
    read(WHOLE);
    assertThat(content).hasToString("hello bright\r\nday");
    assertThat(chunks.ended()).isTrue();
  }

  @Test
  void aBodyMayBeCutAnywhere() {
    for (int cut = 0; cut <= WHOLE.length(); cut++) {
      ChunkReaderTest other = new ChunkReaderTest();
      other.read(WHOLE.substring(0, cut));
      assertThat(other.chunks.ended()).isEqualTo(cut == WHOLE.length());
      other.read(WHOLE.substring(cut));
      assertThat(other.content).hasToString("hello bright\r\nday");
      assertThat(other.chunks.ended()).isTrue();
    }
    WHOLE.chars().forEach(c -> read(String.valueOf((char) c)));
    assertThat(content).hasToString("hello bright\r\nday");
  }

  @Test
  void aChunkMayBeLargerThanAnyArray() {
    read("fffffffffffffff\r\nabc");
    read("def");
    assertThat(content).hasToString("abcdef");
    assertThat(chunks.ended()).isFalse();
  }

  @Test
  void readsWhatTheWriterWrites() {
    ByteBuf chunk = Unpooled.buffer().writeZero(ChunkWriter.HEAD_BYTES);
    chunk.writeCharSequence("x".repeat(0x1a2b), StandardCharsets.US_ASCII);
    ChunkWriter.setHead(chunk, 0, 0x1a2b);
    ChunkWriter.writeTail(chunk);
    ByteBuf last = ChunkWriter.lastChunk();
    String written =
        chunk.toString(StandardCharsets.US_ASCII) + last.toString(StandardCharsets.US_ASCII);
    chunk.release();
    last.release();
    assertThat(written).startsWith("001a2b\r\nx").endsWith("x\r\n0\r\n\r\n");
    read(written);
    assertThat(content).hasSize(0x1a2b);
    assertThat(chunks.ended()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n", // no size
        ";x\r\n",
        "-1\r\n",
        "0x5\r\n",
        "1g\r\n",
        "1\n", // CR missing
        "1\rx",
        "1\r\nab", // longer than it said
        "1\r\na\n",
        "1\r\na\rx",
        "1000000000000000\r\n", // 16 digits
        "0\r\n\r\n0", // something behind the last chunk
        "0\r\n\rx"
      })
  void whatAreNoChunksIsRefused(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOfSatisfying(
            CorruptStreamException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_CHUNKED))
        .hasMessageContaining("expected: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1;", "0\r\nName: "})
  void extensionsAndTrailersAreBounded(String start) {
    read(start + "x".repeat(8000));
    assertThatThrownBy(() -> read("x".repeat(1000)))
        .isInstanceOf(CorruptStreamException.class)
        .hasMessageContaining("at most 8192 bytes");
  }
}
