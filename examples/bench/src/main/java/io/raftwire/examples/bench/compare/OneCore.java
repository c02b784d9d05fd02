// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Puts processes on one core, the first that this one may use. */
final class OneCore {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";

  private OneCore() {}

  /** What goes before a command. */
  static List<String> wrapper() {
    for (String directory :
        System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      Path taskset = Path.of(directory, "taskset");
      if (Files.isExecutable(taskset)) {
        return List.of(taskset.toString(), "-c", core());
      }
    }
    throw new BenchException("cannot pin: there is no taskset on the PATH");
  }

  private static String core() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(ALLOWED)) {
          return first(line.substring(ALLOWED.length()));
        }
      }
    } catch (IOException e) {
      // Not Linux; taskset will say what it thinks of it.
    }
    return "0";
  }

  /** The first of a list such as {@code 2-3,8}. */
  static String first(String list) {
    return list.strip().split("[-,]", 2)[0];
  }
}
