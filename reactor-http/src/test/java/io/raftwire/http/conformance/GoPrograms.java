// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The Go programs beside these tests. What is missing skips a test, or fails it where CI is set.
 */
final class GoPrograms {

  private static final Path BASE = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
  private static final Path BUILT = BASE.resolve("target/go");
  private static final AtomicInteger LOGS = new AtomicInteger();

  private static Path rafthttpPeer;

  private GoPrograms() {}

  /** The member made of rafthttp; built once a run, which costs little when nothing changed. */
  static synchronized Path rafthttpPeer() {
    if (rafthttpPeer == null) {
      rafthttpPeer = build("rafthttp-peer");
    }
    return rafthttpPeer;
  }

  /** A new file for what a program has to say. */
  static Path newLog(String name) throws IOException {
    Files.createDirectories(BUILT);
    return BUILT.resolve(name + "-" + LOGS.incrementAndGet() + ".log");
  }

  private static Path build(String program) {
    Path go = onPath("go");
    if (go == null) {
      throw missing("go, to build " + program);
    }
    Path binary = BUILT.resolve(program);
    try {
      Files.createDirectories(BUILT);
      Process build =
          new ProcessBuilder(go.toString(), "build", "-trimpath", "-o", binary.toString(), ".")
              .directory(BASE.resolve("src/test/go").resolve(program).toFile())
              .redirectErrorStream(true)
              .redirectOutput(BUILT.resolve(program + "-build.log").toFile())
              .start();
      if (!build.waitFor(8, TimeUnit.MINUTES) || build.exitValue() != 0) {
        build.destroyForcibly();
        throw missing(
            program
                + ", because go build failed: "
                + Files.readString(BUILT.resolve(program + "-build.log")));
      }
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("go build of " + program, e);
    }
    return binary;
  }

  private static RuntimeException missing(String what) {
    if (System.getenv("CI") != null) {
      fail("missing, and CI skips nothing: " + what);
    }
    System.out.println("SKIPPED: missing " + what);
    return abort("missing " + what);
  }

  private static Path onPath(String program) {
    for (String directory : System.getenv("PATH").split(":", -1)) {
      Path file = Path.of(directory, program);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    return null;
  }
}
