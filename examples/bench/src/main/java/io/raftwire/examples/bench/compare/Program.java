// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.peer.Transport;
import java.util.List;

/**
 * A program that can be either end of a measurement.
 *
 * @param name in messages
 * @param launcher what goes before the command
 * @param commandPrefix what each command's name begins with
 * @param flags what each command is given
 */
public record Program(
    String name, List<String> launcher, String commandPrefix, List<String> flags) {

  /** Copies the lists. */
  public Program {
    launcher = List.copyOf(launcher);
    flags = List.copyOf(flags);
  }

  /** The same program with a library to use. */
  Program with(Transport transport) {
    return new Program(
        transport.name(), launcher, commandPrefix, List.of("--transport", transport.name()));
  }
}
