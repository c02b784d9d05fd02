// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Collects a body of known length into an array of exactly that length: the one copy between the
 * socket and the message, which is parsed in place and keeps the array.
 *
 * <p>The announced length is only a promise, so memory follows what arrives: nothing before the
 * first byte, then at most {@link #FIRST_BYTES}, then doubling.
 */
final class BodyReader {

  /** The largest request etcd takes unless told otherwise, 1.5 MiB, and its frame fit in. */
  static final int FIRST_BYTES = 2 << 20;

  /** The longest array every JVM can make; no protobuf message is longer. */
  static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  // Only of a body that arrives in parts, so that one in one part costs no store into this object.
  private byte @Nullable [] partial;
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

  /**
   * Reads on.
   *
   * @return the body if it is whole now, else null; the caller owns the array
   */
  byte @Nullable [] read(ByteBuf in) {
    if (have == 0 && in.readableBytes() >= length) {
      byte[] body = new byte[length];
      in.readBytes(body);
      return body;
    }
    int arrived = Math.min(length - have, in.readableBytes());
    if (arrived == 0) {
      return null;
    }
    byte[] bytes = grown(have + arrived);
    in.readBytes(bytes, have, arrived);
    have += arrived;
    partial = have == length ? null : bytes;
    return have == length ? bytes : null;
  }

  // Never beyond the length, so that the array fits exactly when the body is whole.
  private byte[] grown(int needed) {
    byte[] bytes = partial;
    if (bytes != null && needed <= bytes.length) {
      return bytes;
    }
    long generous = Math.max(FIRST_BYTES, bytes == null ? 0 : 2L * bytes.length);
    int capacity = (int) Math.min(length, Math.max(needed, generous));
    return bytes == null ? new byte[capacity] : Arrays.copyOf(bytes, capacity);
  }
}
