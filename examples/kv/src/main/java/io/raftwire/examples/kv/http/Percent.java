// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Bytes as the path and query of a URL have them. */
final class Percent {

  private static final String PLAIN = "-._~";

  private Percent() {}

  /**
   * The bytes of a percent-encoded text. A plus is a plus.
   *
   * @throws IllegalArgumentException showing what is not two hex digits
   */
  static ByteString decode(String text) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    byte[] ascii = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < ascii.length; i++) {
      if (ascii[i] != '%') {
        bytes.write(ascii[i]);
        continue;
      }
      int high = i + 1 < ascii.length ? Character.digit(ascii[i + 1], 16) : -1;
      int low = i + 2 < ascii.length ? Character.digit(ascii[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        int end = Math.min(ascii.length, i + 3);
        throw new IllegalArgumentException(
            "\""
                + new String(ascii, i, end - i, StandardCharsets.UTF_8)
                + "\" (expected: % and two hex digits, such as %2F; %25 for the percent sign)");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    return ByteString.copyFrom(bytes.toByteArray());
  }

  /** A text that {@link #decode} turns into these bytes, fit for any part of a URL. */
  static String encode(ByteString bytes) {
    StringBuilder text = new StringBuilder(bytes.size());
    for (int i = 0; i < bytes.size(); i++) {
      int b = bytes.byteAt(i) & 0xff;
      boolean plain =
          (b >= 'a' && b <= 'z')
              || (b >= 'A' && b <= 'Z')
              || (b >= '0' && b <= '9')
              || PLAIN.indexOf(b) >= 0;
      if (plain) {
        text.append((char) b);
      } else {
        text.append(String.format("%%%02X", b));
      }
    }
    return text.toString();
  }
}
