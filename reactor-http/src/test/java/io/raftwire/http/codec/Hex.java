// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import java.util.HexFormat;

/** Bytes as a reader of a specification writes them. */
final class Hex {

  private Hex() {}

  /** The bytes of all parts, one after the other; blanks are for the eye. */
  static byte[] bytes(String... parts) {
    return HexFormat.of().parseHex(String.join("", parts).replace(" ", ""));
  }
}
