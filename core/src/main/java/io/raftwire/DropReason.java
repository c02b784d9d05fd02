// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** Why a message that the transport had taken, or had received, was dropped. */
public enum DropReason {
  /** A lane or queue had no room. */
  FULL("full"),
  /** The stream went away and did not come back in time, or broke while it was written. */
  STREAM_LOST("stream-lost"),
  /** The POST that carried it failed. */
  POST_FAILED("post-failed"),
  /** The peer was removed, or the transport stopped. */
  REMOVED("removed"),
  /** The link was paused or cut. */
  PAUSED("paused"),
  /** A newer heartbeat took its place. */
  SUPERSEDED("superseded"),
  /** Its {@code from} is not the peer it came from, or its {@code to} is not this member. */
  WRONG_ADDRESS("wrong-address"),
  /** A type that must not come over a wire. */
  LOCAL_TYPE("local-type");

  private final String label;

  DropReason(String label) {
    this.label = label;
  }

  /** The name in logs and meters, lower case. */
  public String label() {
    return label;
  }
}
