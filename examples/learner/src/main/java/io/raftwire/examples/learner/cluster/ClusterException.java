// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import org.jspecify.annotations.Nullable;

/** The cluster cannot be asked, or refuses what was asked. */
public final class ClusterException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /** With a message for people. */
  public ClusterException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** With a message for people. */
  public ClusterException(String message) {
    this(message, null);
  }
}
