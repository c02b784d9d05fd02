// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.List;

/**
 * A program that can be either end of a measurement.
 *
 * @param name in names of contenders
 * @param launcher what goes before the command
 * @param commandPrefix what each command's name begins with
 */
public record Program(String name, List<String> launcher, String commandPrefix) {

  /** Copies the launcher. */
  public Program {
    launcher = List.copyOf(launcher);
  }
}
