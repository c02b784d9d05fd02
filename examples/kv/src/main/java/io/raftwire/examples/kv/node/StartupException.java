// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import org.jspecify.annotations.Nullable;

/** A program that cannot start; the message is all that its user needs to see. */
public final class StartupException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** A reason with the flag and what was expected. */
  public StartupException(String message) {
    super(message);
  }

  /** A reason with what is behind it. */
  public StartupException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
