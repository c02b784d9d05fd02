// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.raftwire.RaftwireException;

/** What a peer sent is not the protocol, or over a limit. The connection is of no further use. */
public final class CorruptStreamException extends RaftwireException {

  private static final long serialVersionUID = 1L;

  private final Reason reason;

  private CorruptStreamException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  private CorruptStreamException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** What is wrong, as a bounded set. */
  public Reason reason() {
    return reason;
  }

  static CorruptStreamException unknownType(int type) {
    return new CorruptStreamException(
        Reason.UNKNOWN_TYPE, "frame type " + type + " (expected: 0, 1 or 2)");
  }

  /**
   * @param what what the number of bytes is of
   * @param bytes unsigned
   */
  static CorruptStreamException tooLarge(String what, long bytes, long limit) {
    return new CorruptStreamException(Reason.TOO_LARGE, overLimit(what, bytes, limit));
  }

  /**
   * @param entries unsigned
   */
  static CorruptStreamException tooManyEntries(long entries, long limit) {
    return new CorruptStreamException(
        Reason.TOO_MANY_ENTRIES, overLimit("entry count", entries, limit));
  }

  /**
   * @param ordinal which entry of its frame, from 0
   * @param index unsigned
   * @param expected unsigned
   */
  static CorruptStreamException notConsecutive(int ordinal, long index, long expected) {
    return new CorruptStreamException(
        Reason.NOT_CONSECUTIVE,
        "index "
            + Long.toUnsignedString(index)
            + " of entry "
            + ordinal
            + " in a compact frame (expected: "
            + Long.toUnsignedString(expected)
            + ")");
  }

  static CorruptStreamException unparsable(String what, int bytes, Throwable cause) {
    return new CorruptStreamException(
        Reason.MALFORMED,
        what + " of " + bytes + " bytes does not parse: " + cause.getMessage(),
        cause);
  }

  static CorruptStreamException untyped(int bytes) {
    return new CorruptStreamException(
        Reason.MALFORMED,
        "message of " + bytes + " bytes: message type missing or unknown (expected: 0 to 23)");
  }

  /**
   * @param b what was read
   * @param expected what belongs there
   */
  static CorruptStreamException notChunked(byte b, String expected) {
    return new CorruptStreamException(
        Reason.NOT_CHUNKED,
        String.format("byte 0x%02x in a chunked body (expected: %s)", b, expected));
  }

  private static String overLimit(String what, long value, long limit) {
    return what + " " + Long.toUnsignedString(value) + " (expected: at most " + limit + ")";
  }

  /** What can be wrong with a stream. */
  public enum Reason {
    /** A frame begins with a byte that is no frame type. */
    UNKNOWN_TYPE,
    /** A length, or the sum of a frame's entries, is over the limit. */
    TOO_LARGE,
    /** A compact frame announces more entries than the limit. */
    TOO_MANY_ENTRIES,
    /** A message or entry does not parse, or a message has no type this version knows. */
    MALFORMED,
    /** The entries of a compact frame do not follow one another. */
    NOT_CONSECUTIVE,
    /** The body that carries the stream is not made of chunks. */
    NOT_CHUNKED
  }
}
