// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** The transport is stopped, or was never started. */
public final class TransportStoppedException extends RaftwireException {

  private static final long serialVersionUID = 1L;

  /** An exception that says what could not be done. */
  public TransportStoppedException(String what) {
    super(what + ": the transport is not running");
  }
}
