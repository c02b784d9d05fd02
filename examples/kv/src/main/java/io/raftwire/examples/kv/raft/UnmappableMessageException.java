// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

/** A message or stored record that has no meaning to this program; says the value and why. */
public final class UnmappableMessageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  UnmappableMessageException(String message) {
    super(message);
  }

  UnmappableMessageException(String message, Throwable cause) {
    super(message, cause);
  }
}
