// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/**
 * The id of a cluster. A peer refuses whoever carries another one (rafthttp's {@code
 * X-Etcd-Cluster-ID}).
 *
 * @param value an <em>unsigned</em> 64-bit number: negative values of the Java type are large ids
 */
public record ClusterId(long value) implements Comparable<ClusterId> {

  /** An id from its unsigned 64-bit number. */
  public static ClusterId of(long value) {
    return new ClusterId(value);
  }

  /**
   * An id from its text: 1 to 16 hex digits without a prefix, such as {@code 8e9e05c52164694d}.
   *
   * @throws IllegalArgumentException showing the text, if it is anything else
   */
  public static ClusterId parse(String text) {
    return new ClusterId(UnsignedHex.parse("cluster id", text));
  }

  /** Orders ids as unsigned numbers. */
  @Override
  public int compareTo(ClusterId other) {
    return Long.compareUnsigned(value, other.value);
  }

  /** The text form peers use: lower-case hex without prefix or leading zeros. */
  @Override
  public String toString() {
    return UnsignedHex.format(value);
  }
}
