// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.common.docs.KeyName;

/** The tags of {@link RaftwireMeter}; the values of each are a bounded set. */
public enum RaftwireTag implements KeyName {
  /** The other member's id in hex, or {@code stranger} for all who are neither peer nor remote. */
  PEER("peer"),
  /** Which way the message took, see {@link io.raftwire.PeerChannel}. */
  CHANNEL("channel"),
  /** Seen from this member, see {@link io.raftwire.PeerRecorder.Direction}. */
  DIRECTION("direction"),
  /** What the message is for, see {@link io.raftwire.MessageClass}. */
  CLASS("class"),
  /** Why, see {@link io.raftwire.DropReason} and {@link io.raftwire.LinkFailure.Reason}. */
  REASON("reason"),
  /** {@code heap} or {@code direct}. */
  MEMORY("memory"),
  /** The name that the certificate's binder was given. */
  CERTIFICATE("certificate"),
  /** {@code success} or {@code failure}. */
  OUTCOME("outcome");

  private final String key;

  RaftwireTag(String key) {
    this.key = key;
  }

  @Override
  public String asString() {
    return key;
  }
}
