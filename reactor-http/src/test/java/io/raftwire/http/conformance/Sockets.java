// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** What the kernel says about sockets, on Linux. */
final class Sockets {

  private static final String ESTABLISHED = "01";

  private Sockets() {}

  /** How many connections of this machine are established at a local port. */
  static long established(int port) {
    return lines().stream().filter(line -> isAt(line, port, ESTABLISHED)).count();
  }

  private static boolean isAt(String line, int port, String state) {
    List<String> fields = List.of(line.trim().split("\\s+", 5));
    return fields.get(1).endsWith(String.format(Locale.ROOT, ":%04X", port))
        && fields.get(3).equals(state);
  }

  private static List<String> lines() {
    try {
      List<String> four = Files.readAllLines(Path.of("/proc/self/net/tcp"));
      List<String> all = new java.util.ArrayList<>(four.subList(1, four.size()));
      List<String> six = Files.readAllLines(Path.of("/proc/self/net/tcp6"));
      all.addAll(six.subList(1, six.size()));
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
