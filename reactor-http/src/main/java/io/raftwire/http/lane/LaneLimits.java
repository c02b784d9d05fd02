// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

/**
 * The bounds of a lane.
 *
 * @param messages how many messages it holds
 * @param bytes how many bytes of messages it holds; an empty lane takes one message of any size
 * @param urgentReserve how many urgent messages it holds beyond the bound of messages; beyond that
 *     of bytes they may take 1 MiB
 */
public record LaneLimits(int messages, long bytes, int urgentReserve) {

  static final int MAX_MESSAGES = 1 << 21;
  static final long MAX_BYTES = 1L << 40;
  static final long URGENT_RESERVE_BYTES = 1L << 20;

  /** Bounds that fit the lane's counter. */
  public LaneLimits {
    if (messages < 1 || messages > MAX_MESSAGES) {
      throw new IllegalArgumentException(
          "lane messages: " + messages + " (expected: 1 to " + MAX_MESSAGES + ")");
    }
    if (bytes < 1 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "lane bytes: " + bytes + " (expected: 1 to " + MAX_BYTES + ")");
    }
    if (urgentReserve < 0 || urgentReserve > MAX_MESSAGES) {
      throw new IllegalArgumentException(
          "lane urgent reserve: " + urgentReserve + " (expected: 0 to " + MAX_MESSAGES + ")");
    }
  }
}
