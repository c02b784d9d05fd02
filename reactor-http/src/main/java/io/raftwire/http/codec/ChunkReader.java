// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;

/**
 * Finds the content in an HTTP/1.1 body of chunks (RFC 9112, section 7.1), cut anywhere. It copies
 * and keeps nothing, so a chunk may be of any size.
 *
 * <pre>
 * size, in hex [; extension] CR LF  content  CR LF
 * ...
 * 0 [; extension] CR LF  trailers, CR LF behind each  CR LF
 * </pre>
 */
public final class ChunkReader {

  private static final int MAX_SIZE_DIGITS = 15; // more than any length that fits a long
  private static final int MAX_IGNORED_BYTES = 8 * 1024; // of an extension, or of all trailers

  private Expect expect = Expect.SIZE;
  private long size;
  private int sizeDigits;
  private int ignoredBytes;

  private enum Expect {
    SIZE,
    EXTENSION,
    SIZE_LF,
    CONTENT,
    CONTENT_CR,
    CONTENT_LF,
    TRAILERS,
    TRAILER,
    LAST_LF,
    NOTHING
  }

  /** A reader at the beginning of a body. */
  public ChunkReader() {}

  /**
   * Reads up to the next content. The caller reads all of it before calling again.
   *
   * @return how many readable bytes from here on are content; 0 if there is no more in this buffer
   * @throws CorruptStreamException if the bytes are no chunks
   */
  public int next(ByteBuf in) {
    while (in.isReadable()) {
      if (expect == Expect.CONTENT) {
        int here = (int) Math.min(size, in.readableBytes());
        size -= here;
        if (size == 0) {
          expect = Expect.CONTENT_CR;
        }
        return here;
      }
      read(in.readByte());
    }
    return 0;
  }

  /** Whether the last chunk and its trailers have been read. */
  public boolean ended() {
    return expect == Expect.NOTHING;
  }

  private void read(byte b) {
    switch (expect) {
      case SIZE -> size(b);
      case EXTENSION -> ignore(b, b == '\r' ? Expect.SIZE_LF : Expect.EXTENSION);
      case SIZE_LF -> require(b, '\n', size == 0 ? Expect.TRAILERS : Expect.CONTENT);
      case CONTENT_CR -> require(b, '\r', Expect.CONTENT_LF);
      case CONTENT_LF -> {
        require(b, '\n', Expect.SIZE);
        sizeDigits = 0;
      }
      case TRAILERS -> ignore(b, b == '\r' ? Expect.LAST_LF : Expect.TRAILER);
      case TRAILER -> ignore(b, b == '\n' ? Expect.TRAILERS : Expect.TRAILER);
      case LAST_LF -> require(b, '\n', Expect.NOTHING);
      default -> throw CorruptStreamException.notChunked(b, "nothing after the last chunk");
    }
  }

  private void size(byte b) {
    int digit = Character.digit(b, 16);
    if (digit >= 0 && sizeDigits < MAX_SIZE_DIGITS) {
      size = size << 4 | digit;
      sizeDigits++;
    } else if (sizeDigits > 0 && b == '\r') {
      expect = Expect.SIZE_LF;
    } else if (sizeDigits > 0 && (b == ';' || b == ' ' || b == '\t')) {
      ignoredBytes = 0;
      expect = Expect.EXTENSION;
    } else {
      throw CorruptStreamException.notChunked(
          b, "a chunk's size of 1 to " + MAX_SIZE_DIGITS + " hex digits");
    }
  }

  private void ignore(byte b, Expect next) {
    if (++ignoredBytes > MAX_IGNORED_BYTES) {
      throw CorruptStreamException.notChunked(
          b, "at most " + MAX_IGNORED_BYTES + " bytes of an extension or of trailers");
    }
    expect = next;
  }

  private void require(byte b, char required, Expect next) {
    if (b != required) {
      throw CorruptStreamException.notChunked(
          b, required == '\r' ? "CR behind a chunk" : "LF behind CR");
    }
    expect = next;
  }
}
