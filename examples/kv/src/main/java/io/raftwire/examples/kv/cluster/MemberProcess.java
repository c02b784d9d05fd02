// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import io.raftwire.examples.kv.node.StartupException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One member's process and its log. */
final class MemberProcess {

  private static final String END_WITH_US = "--exit-with-stdin";

  private final ClusterPlan.Member member;
  private final Process process;
  private final Thread pump;

  private MemberProcess(ClusterPlan.Member member, Process process, Consumer<String> lines) {
    this.member = member;
    this.process = process;
    this.pump = new Thread(() -> pump(process, lines), "log-" + member.name());
    pump.setDaemon(true);
    pump.start();
  }

  /** Starts a member; its log goes to {@code lines}, without its name. */
  static MemberProcess start(ClusterPlan.Member member, Consumer<String> lines) {
    List<String> command = command(member);
    command.add(END_WITH_US);
    try {
      // Its standard input stays open as long as this process lives; that is what it watches.
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      return new MemberProcess(member, process, lines);
    } catch (IOException e) {
      throw new StartupException("cannot start " + member.name() + ": " + e.getMessage(), e);
    }
  }

  /** A line for a shell that starts the member by itself. */
  static String commandLine(ClusterPlan.Member member) {
    return command(member).stream().map(MemberProcess::quote).collect(Collectors.joining(" "));
  }

  ClusterPlan.Member member() {
    return member;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Completes with the exit code, once the log is read to its end. */
  CompletableFuture<Integer> exit() {
    return process
        .onExit()
        .thenApplyAsync(
            ended -> {
              try {
                pump.join(TimeUnit.SECONDS.toMillis(2));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return ended.exitValue();
            });
  }

  /** Asks it to stop. Process.destroy would also close its output, and its last lines were lost. */
  void terminate() {
    process.toHandle().destroy();
  }

  /** Waits for it to stop, then makes it. */
  void awaitEnd(long millis) {
    try {
      if (!process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
      pump.join(TimeUnit.SECONDS.toMillis(1));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void pump(Process process, Consumer<String> lines) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines);
    } catch (IOException | UncheckedIOException e) {
      // The process is gone, and its exit is reported.
    }
  }

  private static List<String> command(ClusterPlan.Member member) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.add("-XX:+UseSerialGC");
    Path code = code();
    if (code.toString().endsWith(".jar")) {
      command.add("-jar");
      command.add(code.toString());
    } else {
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
      command.add("io.raftwire.examples.kv.Main");
    }
    command.addAll(member.arguments());
    return command;
  }

  private static Path code() {
    try {
      return Path.of(
          MemberProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the location of this program is no path", e);
    }
  }

  private static String quote(String argument) {
    return argument.matches("[A-Za-z0-9_./:=,@+-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
