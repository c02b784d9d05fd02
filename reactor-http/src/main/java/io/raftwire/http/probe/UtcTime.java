// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Times like {@code 2026-11-20T12:00:00.123456789Z}, with a fraction of up to nine digits. */
final class UtcTime {

  private static final int FRACTION_AT = 19;
  private static final int NANO_DIGITS = 9;

  private UtcTime() {}

  /**
   * Reads a part of a text.
   *
   * @return null if it is not of that form, whatever else it may be
   */
  static @Nullable Instant parse(String text, int from, int to) {
    int zone = to - 1;
    if (zone < from + FRACTION_AT
        || text.charAt(from + 4) != '-'
        || text.charAt(from + 7) != '-'
        || text.charAt(from + 10) != 'T'
        || text.charAt(from + 13) != ':'
        || text.charAt(from + 16) != ':'
        || text.charAt(zone) != 'Z') {
      return null;
    }
    try {
      return LocalDateTime.of(
              number(text, from, from + 4),
              number(text, from + 5, from + 7),
              number(text, from + 8, from + 10),
              number(text, from + 11, from + 13),
              number(text, from + 14, from + 16),
              number(text, from + 17, from + FRACTION_AT),
              nano(text, from + FRACTION_AT, zone))
          .toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static int nano(String text, int from, int to) {
    if (from == to) {
      return 0;
    }
    int digits = to - from - 1;
    if (text.charAt(from) != '.' || digits < 1 || digits > NANO_DIGITS) {
      return Integer.MIN_VALUE;
    }
    int fraction = number(text, from + 1, to);
    for (int i = digits; i < NANO_DIGITS && fraction > 0; i++) {
      fraction *= 10;
    }
    return fraction;
  }

  /** What some digits say; what no date or time can be if they are not all digits. */
  private static int number(String text, int from, int to) {
    int number = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return Integer.MIN_VALUE;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
