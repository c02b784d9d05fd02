// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails the run when Netty has found a leak. Registered for all tests by the service file; it
 * checks once, when the last of Jupiter's tests is done.
 */
public final class LeakCheck implements BeforeAllCallback {

  /** Called by Jupiter. */
  public LeakCheck() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(LeakCheck.class))
        .computeIfAbsent(LeakCheck.class, key -> new Check(), Check.class);
  }

  private static final class Check implements AutoCloseable {

    @Override
    public void close() {
      List<String> leaks = LeakCollector.leaks();
      if (!leaks.isEmpty()) {
        throw new AssertionError(leaks.size() + " LEAK(S) found by Netty: " + leaks);
      }
    }
  }
}
