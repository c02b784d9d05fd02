// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Writes what an HTTP/1.1 chunk has around its content (RFC 9112, section 7.1). The size has
 * leading zeros, so that its place can be kept before it is known.
 *
 * <pre>
 * offset  bytes  what
 * 0       6      n, in hex
 * 6       2      CR LF
 * 8       n      content
 * 8 + n   2      CR LF
 * </pre>
 */
public final class ChunkWriter {

  /** How many bytes go before the content. */
  public static final int HEAD_BYTES = 8;

  /** How many bytes go behind the content. */
  public static final int TAIL_BYTES = 2;

  /** The largest content of a chunk. */
  public static final int MAX_CONTENT_BYTES = (1 << 24) - 1;

  private static final int SIZE_DIGITS = HEAD_BYTES - 2;
  private static final int CR_LF = ('\r' << 8) | '\n';
  private static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private ChunkWriter() {}

  /**
   * Sets the head of a chunk; no index of the buffer moves.
   *
   * @param index where the head begins
   * @param contentBytes 1 to {@link #MAX_CONTENT_BYTES}
   */
  public static void setHead(ByteBuf buffer, int index, int contentBytes) {
    for (int digit = 0; digit < SIZE_DIGITS; digit++) {
      int nibble = contentBytes >>> (4 * (SIZE_DIGITS - 1 - digit)) & 0xf;
      buffer.setByte(index + digit, nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
    }
    buffer.setShort(index + SIZE_DIGITS, CR_LF);
  }

  /** Appends the tail of a chunk. */
  public static void writeTail(ByteBuf buffer) {
    buffer.writeShort(CR_LF);
  }

  /** The chunk that ends a body. The caller releases it. */
  public static ByteBuf lastChunk() {
    return Unpooled.wrappedBuffer(LAST);
  }
}
