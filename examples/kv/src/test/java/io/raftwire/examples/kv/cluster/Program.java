// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** This program's jar as a process of its own, and what it prints. */
public final class Program implements AutoCloseable {

  public static final Duration SOON = Duration.ofSeconds(60);

  private static final AtomicInteger started = new AtomicInteger();

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private Program(ProcessBuilder builder) throws IOException {
    this.process = builder.redirectErrorStream(true).start();
    Path log = Path.of(System.getProperty("raftwire.kv.jar")).resolveSibling("kv-it");
    Files.createDirectories(log);
    // Kept for whoever wants to know why a test failed.
    Path file = log.resolve(started.incrementAndGet() + ".log");
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader in =
                      new BufferedReader(
                          new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                  PrintWriter out =
                      new PrintWriter(
                          Files.newBufferedWriter(file, StandardCharsets.UTF_8), true)) {
                in.lines().peek(out::println).forEach(lines::add);
              } catch (IOException e) {
                lines.add(e.toString());
              }
            },
            "output");
    reader.setDaemon(true);
    reader.start();
  }

  public static Program start(Path directory, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx256m");
    command.add("-jar");
    command.add(System.getProperty("raftwire.kv.jar"));
    command.addAll(arguments);
    return new Program(new ProcessBuilder(command).directory(directory.toFile()));
  }

  /** Runs a line as a user would who pastes it. */
  public static Program shell(Path directory, String line) throws IOException {
    return new Program(
        new ProcessBuilder("sh", "-c", "exec " + line).directory(directory.toFile()));
  }

  public String output() {
    return String.join("\n", lines);
  }

  /** Waits for a line; the groups of what was found in it. */
  public Matcher awaitLine(String regex) {
    Pattern pattern = Pattern.compile(regex);
    return await("a line like " + regex)
        .atMost(SOON)
        .until(
            () -> lines.stream().map(pattern::matcher).filter(Matcher::find).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  public ProcessHandle handle() {
    return process.toHandle();
  }

  public List<ProcessHandle> children() {
    try (Stream<ProcessHandle> children = process.children()) {
      return children.toList();
    }
  }

  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("it does not end:\n" + output());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
