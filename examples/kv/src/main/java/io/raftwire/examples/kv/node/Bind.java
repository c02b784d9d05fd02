// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

/** Turns a failed bind into what its user has to know: the address, the flag, the reason. */
public final class Bind {

  private Bind() {}

  /** The exception to end the program with. */
  public static StartupException failed(String flag, String urls, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return new StartupException(
        flag
            + " "
            + urls
            + ": "
            + reason
            + " (expected: a free port, of an address of this machine)",
        cause);
  }
}
