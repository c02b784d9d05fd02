// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

/** Who sends and who receives. */
record Contender(Program sender, Program receiver) {

  /** The name in tables and files. */
  String name() {
    return sender.name() + "-" + receiver.name();
  }

  boolean mixed() {
    return !sender.name().equals(receiver.name());
  }
}
