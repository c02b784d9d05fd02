// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The real etcd programs. What is missing skips a test, or fails it where CI is set. */
final class Tools {

  private static final Path BUILT = Path.of(System.getProperty("raftwire.learner.tools"));

  private Tools() {}

  /** An etcd server and the tool that reads its snapshots. */
  record Etcd(String version, List<String> flags, Path server, Path snapshotTool) {}

  /** etcd 3.4 from the Debian packages. */
  static Etcd etcd34() throws Exception {
    Path server = onPath("etcd");
    Path ctl = onPath("etcdctl");
    if (server == null || ctl == null) {
      throw missing("etcd and etcdctl 3.4 (Debian packages etcd-server and etcd-client)");
    }
    String version = run(List.of(server.toString(), "--version"));
    if (!version.contains("etcd Version: 3.4.")) {
      throw missing("etcd 3.4 on the path; there is " + version.lines().findFirst().orElse(""));
    }
    return new Etcd("3.4", List.of("--logger=zap"), server, ctl);
  }

  /** etcd 3.5. */
  static Etcd etcd35() throws Exception {
    return built("3.5", "etcd35");
  }

  /** etcd 3.6. */
  static Etcd etcd36() throws Exception {
    return built("3.6", "etcd36");
  }

  /** etcd 3.7. */
  static Etcd etcd37() throws Exception {
    return built("3.7", "etcd");
  }

  /** etcd and etcdutl, built from their Go modules as a directory beside the tests names them. */
  private static synchronized Etcd built(String version, String module) throws Exception {
    Path go = onPath("go");
    if (go == null) {
      throw missing("go, to build etcd " + version);
    }
    Path output = BUILT.resolve(version);
    Path server = output.resolve("etcd");
    Path utl = output.resolve("etcdutl");
    if (!Files.isExecutable(server) || !Files.isExecutable(utl)) {
      Files.createDirectories(output);
      Process build =
          new ProcessBuilder(
                  go.toString(),
                  "build",
                  "-trimpath",
                  "-o",
                  output + "/",
                  ".",
                  "go.etcd.io/etcd/etcdutl/v3")
              .directory(Path.of(System.getProperty("raftwire.learner.go"), module).toFile())
              .inheritIO()
              .start();
      if (!build.waitFor(8, TimeUnit.MINUTES) || build.exitValue() != 0) {
        build.destroyForcibly();
        throw missing("etcd " + version + ": go build failed, see above");
      }
    }
    return new Etcd(version, List.of(), server, utl);
  }

  /** Runs a program to its end; its output, or a failure with it. */
  static String run(List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("ETCDCTL_API", "3");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      fail(command + " ended with " + process.exitValue() + ": " + output);
    }
    return output;
  }

  private static RuntimeException missing(String what) {
    if (System.getenv("CI") != null) {
      fail("missing, and CI skips nothing: " + what);
    }
    System.out.println("SKIPPED: missing " + what);
    return abort("missing " + what);
  }

  private static Path onPath(String program) throws IOException {
    for (String directory : System.getenv("PATH").split(":", -1)) {
      Path file = Path.of(directory, program);
      if (Files.isExecutable(file)) {
        return file.toRealPath();
      }
    }
    return null;
  }
}
