// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The process of one end: its lines of output, and its end. */
final class EndProcess implements AutoCloseable {

  private static final int KEPT_LINES = 20;
  private static final int END_SECONDS = 20;

  // What a queue of lines holds when there are no more; no line has a line break in it.
  private static final String NO_MORE = "\n";

  private final String name;
  private final Process process;
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
  private final Deque<String> diagnostics = new ArrayDeque<>();
  private final Thread diagnosticsReader;
  private final Thread killer;

  private EndProcess(String name, Process process) {
    this.name = name;
    this.process = process;
    this.killer = new Thread(process::destroyForcibly, "kill-" + name);
    Runtime.getRuntime().addShutdownHook(killer);
    read(process.getInputStream(), output::add, () -> output.add(NO_MORE));
    this.diagnosticsReader = read(process.getErrorStream(), this::keep, () -> {});
  }

  static EndProcess start(String name, List<String> command) {
    try {
      return new EndProcess(name, new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new BenchException("cannot start the " + name + ": " + e.getMessage(), e);
    }
  }

  /** The next line of output. */
  String nextLine(Duration timeout) throws InterruptedException {
    String line = output.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
    if (line == null) {
      throw new BenchException(
          "the " + name + " has said nothing for " + timeout.toSeconds() + " s" + diagnostics());
    }
    if (line.equals(NO_MORE)) {
      throw new BenchException("the " + name + " ended" + exit() + diagnostics());
    }
    return line;
  }

  /** Reads the line that says that it listens. */
  void awaitReady(Duration timeout) throws InterruptedException {
    String line = nextLine(timeout);
    if (!line.equals("READY")) {
      throw new BenchException("the " + name + " said \"" + line + "\" (expected: READY)");
    }
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Asks it to end. */
  void closeInput() {
    try (OutputStream input = process.getOutputStream()) {
      input.flush();
    } catch (IOException e) {
      // It has ended already.
    }
  }

  /** Waits for it to end well. */
  void awaitSuccess() throws InterruptedException {
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      throw new BenchException(
          "the " + name + " does not end within " + END_SECONDS + " s" + diagnostics());
    }
    if (process.exitValue() != 0) {
      throw new BenchException("the " + name + " ended" + exit() + diagnostics());
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      Runtime.getRuntime().removeShutdownHook(killer);
    } catch (IllegalStateException e) {
      // The hooks run.
    }
  }

  private String exit() throws InterruptedException {
    return process.waitFor(1, TimeUnit.SECONDS) ? " with exit code " + process.exitValue() : "";
  }

  private String diagnostics() throws InterruptedException {
    if (!process.isAlive()) {
      diagnosticsReader.join(TimeUnit.SECONDS.toMillis(1));
    }
    synchronized (diagnostics) {
      return diagnostics.isEmpty()
          ? ""
          : diagnostics.stream().collect(Collectors.joining("\n  ", ":\n  ", ""));
    }
  }

  private void keep(String line) {
    synchronized (diagnostics) {
      if (diagnostics.size() == KEPT_LINES) {
        diagnostics.remove();
      }
      diagnostics.add(line);
    }
  }

  private Thread read(InputStream stream, Consumer<String> lines, Runnable atEnd) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                reader.lines().forEach(lines);
              } catch (IOException | UncheckedIOException e) {
                // The process is gone.
              } finally {
                atEnd.run();
              }
            },
            "read-" + name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
