// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.common.docs.KeyName;

/** The labels of {@link EtcdMeter}; the value of each is a member's id in hex. */
public enum EtcdTag implements KeyName {
  /** This member. */
  LOCAL("Local"),
  /** The other member. */
  REMOTE("Remote"),
  /** The member that was sent to. */
  TO("To"),
  /** The member that was received from, or {@code stranger}. */
  FROM("From");

  private final String key;

  EtcdTag(String key) {
    this.key = key;
  }

  @Override
  public String asString() {
    return key;
  }
}
