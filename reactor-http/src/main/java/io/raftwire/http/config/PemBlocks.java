// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of one kind in PEM text (RFC 7468), where anything else may stand around them. The
 * JDK's own reader takes what comes before a block without an end, in some versions without a word.
 */
final class PemBlocks {

  private static final String BEGIN = "-----BEGIN";
  private static final String END = "-----END";

  private final Pattern begin;
  private final Pattern block;

  /**
   * @param label of the blocks, a regular expression without groups
   */
  PemBlocks(String label) {
    String first = BEGIN + " " + label + "-----";
    this.begin = Pattern.compile(first);
    this.block = Pattern.compile(first + "(.*?)" + END + " " + label + "-----", Pattern.DOTALL);
  }

  /**
   * What is in the blocks, in DER; empty if there is none.
   *
   * @throws IllegalArgumentException if one has no end, as while it is being written, or is not
   *     Base64
   */
  List<byte[]> decode(String pem) {
    List<byte[]> contents = new ArrayList<>();
    Matcher found = block.matcher(pem);
    while (found.find()) {
      contents.add(Base64.getMimeDecoder().decode(found.group(1)));
    }
    boolean unended = begin.matcher(pem).results().count() > contents.size();
    // The line of its beginning may be cut as well.
    if (unended || pem.lastIndexOf(BEGIN) > pem.lastIndexOf(END)) {
      throw new IllegalArgumentException("one of them has no end");
    }
    return contents;
  }
}
