// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import org.jspecify.annotations.Nullable;

/** The base of what this library signals. Each subclass carries its facts as values. */
public class RaftwireException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** An exception with the line a log should show. */
  public RaftwireException(String message) {
    super(message);
  }

  /** An exception with the line a log should show and what is behind it. */
  public RaftwireException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
