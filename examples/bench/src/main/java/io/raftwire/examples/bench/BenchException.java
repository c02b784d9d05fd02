// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

/** A measurement cannot be made, or what it measured is void. */
public final class BenchException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** An exception with the line to show. */
  public BenchException(String message) {
    super(message);
  }

  /** An exception with the line to show and what is behind it. */
  public BenchException(String message, Throwable cause) {
    super(message, cause);
  }
}
