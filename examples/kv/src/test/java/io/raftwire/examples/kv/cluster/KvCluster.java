// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A cluster started by its one command, for tests that look at it from outside. */
public final class KvCluster implements AutoCloseable {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static final Set<Integer> GIVEN = new HashSet<>();

  private final Path directory;
  private final int clientPort;
  private final Program program;
  private final List<Program> restarted = new ArrayList<>();

  private KvCluster(Path directory, int members, List<String> options) throws IOException {
    this.directory = directory;
    this.clientPort = freePorts(members);
    List<String> arguments = new ArrayList<>();
    arguments.add("cluster");
    arguments.add("--members=" + members);
    arguments.add("--data-dir=data");
    arguments.add("--client-port=" + clientPort);
    arguments.add("--peer-port=" + freePorts(members));
    arguments.addAll(options);
    this.program = Program.start(directory, arguments);
  }

  /** Starts one and waits until it is ready. */
  public static KvCluster start(Path directory, int members, String... options) throws IOException {
    KvCluster cluster = new KvCluster(directory, members, List.of(options));
    cluster.program.awaitLine("The cluster is ready");
    return cluster;
  }

  /** Skips the test, saying why, if a program is not there; fails it if CI is set. */
  public static Path require(String program, String debianPackage) {
    for (String each : System.getenv("PATH").split(Pattern.quote(File.pathSeparator), -1)) {
      Path file = Path.of(each, program);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    String why = program + " is not on the PATH (expected: Debian's package " + debianPackage + ")";
    if (System.getenv("CI") != null) {
      Assertions.fail(why);
    }
    System.out.println("SKIPPED: " + why);
    return Assumptions.abort(why);
  }

  /** A port that is free now. */
  public static int freePort() {
    return freePorts(1);
  }

  /** Where clients reach a member, counted from 1. */
  public String url(int member) {
    return "http://127.0.0.1:" + (clientPort + member - 1);
  }

  /** The process of a member, as it was started first. */
  public ProcessHandle process(int member) {
    String pid = program.awaitLine("^    m" + member + " .* process (\\d+)$").group(1);
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  /** Starts a member that was killed, by the line that was printed. */
  public void restart(int member) throws IOException {
    String line = program.awaitLine("^    (\\S*java .* --name=m" + member + " .*)$").group(1);
    restarted.add(Program.shell(directory, line));
  }

  /** Asks a member and returns what it answers; fails unless that is a success. */
  public String ask(String method, int member, String path, String body) {
    HttpResponse<String> answer = send(method, url(member) + path, body, "application/json");
    if (answer.statusCode() >= 300) {
      throw new AssertionError(method + " " + path + ": " + answer.statusCode() + answer.body());
    }
    return answer.body();
  }

  /** Sends a request as it is. */
  public static HttpResponse<String> send(
      String method, String url, String body, String contentType) {
    try {
      return CLIENT.send(
          HttpRequest.newBuilder(URI.create(url))
              .timeout(Duration.ofSeconds(10))
              .header("Content-Type", contentType)
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(url, e);
    }
  }

  @Override
  public void close() {
    restarted.forEach(Program::close);
    program.close();
  }

  // Below what the system gives to outgoing connections, and none of the learner's tests, which may
  // run at the same time.
  private static synchronized int freePorts(int count) {
    for (int attempt = 0; attempt < 100; attempt++) {
      int base = ThreadLocalRandom.current().nextInt(12_000, 21_000);
      List<Integer> ports = IntStream.range(base, base + count).boxed().toList();
      if (Collections.disjoint(GIVEN, ports) && ports.stream().allMatch(KvCluster::isFree)) {
        GIVEN.addAll(ports);
        return base;
      }
    }
    throw new AssertionError("no " + count + " ports in a row are free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
