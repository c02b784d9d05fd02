// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Finds or builds the programs to compare. */
public final class Programs {

  private static final String GO_SOURCE = "examples/bench/src/main/go";
  private static final String GO_MAIN = "main.go";
  private static final int BUILD_MINUTES = 10;

  private Programs() {}

  /** This program, as the JVM that runs it would start it again. */
  public static Program bench(List<String> javaOptions) {
    List<String> launcher = new ArrayList<>();
    launcher.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    launcher.addAll(javaOptions);
    Path code = code();
    if (code.toString().endsWith(".jar")) {
      launcher.add("-jar");
      launcher.add(code.toString());
    } else {
      launcher.add("-cp");
      launcher.add(System.getProperty("java.class.path"));
      launcher.add("io.raftwire.examples.bench.Main");
    }
    return new Program("raftwire", launcher, "", List.of());
  }

  /**
   * The Go program.
   *
   * @param binary where it is, if it is built
   * @param source where its source is; if neither is given, where this repository has it
   */
  public static Program go(@Nullable Path binary, @Nullable Path source)
      throws InterruptedException {
    Path program = binary == null ? build(source == null ? defaultSource() : source) : binary;
    if (!Files.isExecutable(program)) {
      throw new BenchException(
          "no Go program: "
              + program
              + " is not there or not executable (expected: the gopeer"
              + " built from "
              + GO_SOURCE
              + ", or --go-source with that directory)");
    }
    return new Program("go", List.of(program.toAbsolutePath().toString()), "bench-", List.of());
  }

  private static Path build(Path source) throws InterruptedException {
    if (!Files.isRegularFile(source.resolve(GO_MAIN))) {
      throw new BenchException(
          "no source of the Go program: there is no "
              + source.resolve(GO_MAIN)
              + " (expected:"
              + " --go-source with the repository's "
              + GO_SOURCE
              + ")");
    }
    System.err.println("building the Go program from " + source);
    try {
      Path directory = Files.createTempDirectory("raftwire-bench");
      directory.toFile().deleteOnExit();
      Path binary = directory.resolve("gopeer");
      binary.toFile().deleteOnExit();
      Path output = directory.resolve("build.log");
      output.toFile().deleteOnExit();
      Process build =
          new ProcessBuilder("go", "build", "-o", binary.toString(), ".")
              .directory(source.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!build.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
        build.destroyForcibly();
        throw new BenchException("go build in " + source + " took over " + BUILD_MINUTES + " min");
      }
      if (build.exitValue() != 0) {
        throw new BenchException(
            "go build in "
                + source
                + " failed:\n"
                + Files.readString(output, StandardCharsets.UTF_8).stripTrailing());
      }
      return binary;
    } catch (IOException e) {
      throw new BenchException(
          "cannot build the Go program: "
              + e.getMessage()
              + " (expected: the go tool on the PATH,"
              + " or --go with a program that is built)",
          e);
    }
  }

  private static Path defaultSource() {
    Path inRepository = Path.of(GO_SOURCE);
    if (Files.isDirectory(inRepository)) {
      return inRepository;
    }
    // The jar is at examples/bench/target.
    Path target = code().toAbsolutePath().getParent();
    Path module = target == null ? null : target.getParent();
    Path besideJar = module == null ? inRepository : module.resolve("src/main/go");
    if (Files.isDirectory(besideJar)) {
      return besideJar;
    }
    throw new BenchException(
        "no Go program to compare with (expected: --go PATH of a built one, or --go-source DIR with"
            + " its source, "
            + GO_SOURCE
            + " of the repository)");
  }

  private static Path code() {
    try {
      return Path.of(Programs.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the location of this program is no path", e);
    }
  }
}
