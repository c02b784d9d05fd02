// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** The ways a message travels between two members; each is one HTTP endpoint of rafthttp. */
public enum PeerChannel {
  /** The stream for MsgApp, in etcd's compact {@code msgappv2} frames. */
  MSGAPP("msgapp"),
  /** The stream for every other message. */
  MESSAGE("message"),
  /** One POST a message: MsgSnap, and whatever comes while a stream is missing. */
  PIPELINE("pipeline"),
  /** One POST a snapshot with its body. */
  SNAPSHOT("snapshot"),
  /** The round-trip and clock probes. */
  PROBE("probe");

  private final String label;

  PeerChannel(String label) {
    this.label = label;
  }

  /** The name in logs and meters, lower case. */
  public String label() {
    return label;
  }
}
