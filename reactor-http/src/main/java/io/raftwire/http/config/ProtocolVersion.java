// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version as etcd members exchange it ({@code X-Server-Version}, {@code X-Min-Cluster-Version});
 * only major and minor decide whether two members talk (rafthttp's {@code
 * checkVersionCompatibility}).
 */
public record ProtocolVersion(int major, int minor, int patch)
    implements Comparable<ProtocolVersion> {

  /** The etcd version whose protocol this library speaks. */
  public static final ProtocolVersion CURRENT = new ProtocolVersion(3, 7, 1);

  /** The lowest version etcd 3.x members talk to. */
  public static final ProtocolVersion MIN_CLUSTER = new ProtocolVersion(3, 0, 0);

  /** What a member that sends no version header has. */
  public static final ProtocolVersion ABSENT = new ProtocolVersion(2, 0, 0);

  // A pre-release or build suffix, as in 3.8.0-alpha.0, says nothing about the protocol.
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})(?:[-+][0-9A-Za-z.+-]*)?");

  /**
   * A version from its text.
   *
   * @throws IllegalArgumentException showing the text
   */
  public static ProtocolVersion parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "version: \"" + text + "\" (expected: major.minor.patch, such as 3.7.1)");
    }
    return new ProtocolVersion(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        Integer.parseInt(matcher.group(3)));
  }

  /** Compares major and minor only. */
  public int compareMajorMinor(ProtocolVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public int compareTo(ProtocolVersion other) {
    int majorMinor = compareMajorMinor(other);
    return majorMinor != 0 ? majorMinor : Integer.compare(patch, other.patch);
  }

  /** {@code major.minor.patch}. */
  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
