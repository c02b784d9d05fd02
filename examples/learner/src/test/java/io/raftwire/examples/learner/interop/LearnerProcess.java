// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The learner's jar as a process that writes JSON lines to a file. */
final class LearnerProcess implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Process process;
  private final Path out;
  private final Path err;

  private LearnerProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /** Starts it; what it writes is appended to the files of that name. */
  static LearnerProcess start(Path directory, String name, String... args) throws IOException {
    Path out = directory.resolve(name + ".jsonl");
    Path err = directory.resolve(name + ".err");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                System.getProperty("raftwire.learner.jar"),
                "--output",
                "json"));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(out.toFile()))
            .redirectError(ProcessBuilder.Redirect.appendTo(err.toFile()))
            .start();
    return new LearnerProcess(process, out, err);
  }

  /** All events so far. */
  List<JsonNode> events() throws IOException {
    List<JsonNode> events = new ArrayList<>();
    for (String line : Files.readAllLines(out)) {
      events.add(JSON.readTree(line));
    }
    return events;
  }

  /** Waits until a key was put. */
  void awaitKey(String key, Duration atMost) {
    String base64 = "\"key\":\"" + EtcdCluster.base64(key) + "\"";
    await()
        .alias(key + " in " + out)
        .atMost(atMost)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> Files.readString(out).contains(base64));
  }

  String errors() throws IOException {
    return Files.readString(err);
  }

  void awaitError(String text, Duration atMost) {
    await().alias(text + " in " + err).atMost(atMost).until(() -> errors().contains(text));
  }

  /**
   * Waits until the leader sends this new learner entries as they come. While it still probes for
   * where the learner's log ends, the cluster must not take 100 entries more: etcd then drops the
   * first one from memory, and a learner without it gets a snapshot instead of the log.
   */
  void awaitReplicating(EtcdCluster cluster, Duration atMost) throws Exception {
    awaitError("following", atMost);
    // The second one is sent when the first has been acknowledged.
    for (String prefix : List.of("probed", "replicating")) {
      cluster.put(prefix, 1);
      awaitKey(prefix + "-00000", atMost);
    }
  }

  void killNow() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM; the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the learner does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    killNow();
  }
}
