// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/**
 * The id of one raft member (raft's node id, rafthttp's {@code types.ID}).
 *
 * @param value an <em>unsigned</em> 64-bit number: negative values of the Java type are large ids
 */
public record MemberId(long value) implements Comparable<MemberId> {

  /** An id from its unsigned 64-bit number. */
  public static MemberId of(long value) {
    return new MemberId(value);
  }

  /**
   * An id from its text: 1 to 16 hex digits without a prefix, such as {@code 8e9e05c52164694d}.
   *
   * @throws IllegalArgumentException showing the text, if it is anything else
   */
  public static MemberId parse(String text) {
    return new MemberId(UnsignedHex.parse("member id", text));
  }

  /** Orders ids as unsigned numbers. */
  @Override
  public int compareTo(MemberId other) {
    return Long.compareUnsigned(value, other.value);
  }

  /** The text form peers use: lower-case hex without prefix or leading zeros. */
  @Override
  public String toString() {
    return UnsignedHex.format(value);
  }
}
