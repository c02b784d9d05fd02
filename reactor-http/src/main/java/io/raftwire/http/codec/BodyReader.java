// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Collects a body of known length into an array of exactly that length: the one copy between the
 * socket and the message, which is parsed in place and keeps the array.
 *
 * <p>The announced length is only a promise, so memory follows what arrives: nothing before the
 * first byte, then at most {@link #FIRST_BYTES}, then doubling.
 */
final class BodyReader {

  static final int FIRST_BYTES = 1 << 20;

  /** The longest array every JVM can make; no protobuf message is longer. */
  static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int length;
  private int have;

  /**
   * Starts a body.
   *
   * @param what what the length is of, for the error
   * @param length unsigned, as announced
   * @throws CorruptStreamException if the length is over the limit
   */
  void begin(String what, long length, long limit) {
    if (Long.compareUnsigned(length, limit) > 0) {
      throw CorruptStreamException.tooLarge(what, length, limit);
    }
    this.length = (int) length;
    have = 0;
  }

  /** Whether the body is whole now; then {@link #take()} must be called before the next begins. */
  boolean read(ByteBuf in) {
    int arrived = Math.min(length - have, in.readableBytes());
    if (arrived > 0) {
      ensureCapacity(have + arrived);
      in.readBytes(bytes, have, arrived);
      have += arrived;
    }
    return have == length;
  }

  /** The body. The caller owns the array. */
  byte[] take() {
    byte[] body = bytes;
    bytes = NONE;
    return body;
  }

  // Never beyond the length, so that the array fits exactly when the body is whole.
  private void ensureCapacity(int needed) {
    if (needed > bytes.length) {
      long generous = Math.max(FIRST_BYTES, 2L * bytes.length);
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, Math.max(needed, generous)));
    }
  }
}
