// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** The text form rafthttp gives to ids: lower-case hex, no prefix, no leading zeros. */
final class UnsignedHex {

  private static final int MAX_DIGITS = 16;

  private UnsignedHex() {}

  static String format(long value) {
    return Long.toHexString(value);
  }

  /**
   * Parses 1 to 16 hex digits, either case. Leading zeros are taken, as etcd takes them.
   *
   * @param what what the text stands for, for the error
   */
  static long parse(String what, String text) {
    int length = text.length();
    if (length == 0 || length > MAX_DIGITS) {
      throw invalid(what, text);
    }
    long value = 0;
    for (int i = 0; i < length; i++) {
      int digit = digit(text.charAt(i));
      if (digit < 0) {
        throw invalid(what, text);
      }
      value = value << 4 | digit;
    }
    return value;
  }

  // Character.digit would also take the digits of other scripts, which no Go peer takes.
  private static int digit(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
      return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
      return c - 'A' + 10;
    }
    return -1;
  }

  private static IllegalArgumentException invalid(String what, String text) {
    return new IllegalArgumentException(
        what + ": \"" + text + "\" (expected: 1 to 16 hex digits, such as 8e9e05c52164694d)");
  }
}
