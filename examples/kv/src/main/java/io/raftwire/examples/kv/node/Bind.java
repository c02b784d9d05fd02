// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import java.net.BindException;

/** Turns a failed bind into what its user has to know: the address, the flag, the reason. */
public final class Bind {

  private Bind() {}

  /** The exception to end the program with. */
  public static StartupException failed(String flag, String urls, Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof BindException) {
        return new StartupException(
            flag
                + " "
                + urls
                + ": "
                + each.getMessage()
                + " (expected: a free port of this machine)",
            cause);
      }
    }
    return new StartupException(flag + " " + urls + ": " + cause.getMessage(), cause);
  }
}
