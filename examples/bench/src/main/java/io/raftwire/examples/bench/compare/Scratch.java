// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory for what measurements need files for; gone when closed. */
final class Scratch implements AutoCloseable {

  private final Path root;
  private @Nullable Certificate certificate;

  private Scratch(Path root) {
    this.root = root;
  }

  /** A new directory within one that is there. */
  static Scratch in(Path directory) {
    try {
      return new Scratch(Files.createTempDirectory(directory, "raftwire-bench"));
    } catch (IOException e) {
      throw new BenchException(
          "cannot make a directory in " + directory + ": " + e.getMessage(), e);
    }
  }

  /** An empty directory of a name. */
  Path directory(String name) {
    try {
      return Files.createDirectories(work().resolve(name));
    } catch (IOException e) {
      throw new BenchException("cannot make " + name + " in " + root + ": " + e.getMessage(), e);
    }
  }

  /** The certificate of all ends, made when it is first asked for. */
  Certificate certificate() {
    Certificate known = certificate;
    if (known == null) {
      known = Certificate.make(root);
      certificate = known;
    }
    return known;
  }

  /** Deletes all directories. */
  void empty() {
    delete(work());
  }

  @Override
  public void close() {
    delete(root);
  }

  private Path work() {
    return root.resolve("work");
  }

  private static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new BenchException("cannot delete " + directory + ": " + e.getMessage(), e);
    }
  }
}
