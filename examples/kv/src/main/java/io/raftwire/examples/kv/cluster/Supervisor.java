// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Starts the members of a plan, shows their logs line by line, says what to try, and says so when
 * one dies. Ends when it is told to or no member is left; its members end with it.
 */
public final class Supervisor {

  private static final Duration HEALTHY_WITHIN = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 200;
  private static final long STOP_MILLIS = 15_000;

  private final ClusterPlan plan;
  private final PrintStream out = System.out;
  private final List<MemberProcess> processes = new ArrayList<>();
  private final AtomicBoolean stopping = new AtomicBoolean();

  /** A supervisor of one plan. */
  public Supervisor(ClusterPlan plan) {
    this.plan = plan;
  }

  /**
   * Runs the cluster until it is stopped or all members have ended.
   *
   * @return the exit code
   * @throws io.raftwire.examples.kv.node.StartupException if a port is taken
   */
  public int run() throws InterruptedException {
    plan.checkPorts();
    plan.save();
    say(
        (plan.isNew() ? "a new cluster" : "the cluster as it was")
            + ", data in "
            + plan.dataDir().toAbsolutePath().normalize());
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-cluster"));
    CountDownLatch alive = new CountDownLatch(plan.members().size());
    for (ClusterPlan.Member member : plan.members()) {
      MemberProcess process =
          MemberProcess.start(member, line -> print(member.name() + " | " + line));
      synchronized (processes) {
        processes.add(process);
      }
      var unused =
          process
              .exit()
              .thenAccept(
                  code -> {
                    died(process, code);
                    alive.countDown();
                  });
    }
    if (awaitHealthy()) {
      print(welcome());
    }
    alive.await();
    if (!stopping.get()) {
      say("no member is left");
    }
    return 1;
  }

  private boolean awaitHealthy() throws InterruptedException {
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    long deadline = System.nanoTime() + HEALTHY_WITHIN.toNanos();
    for (MemberProcess process : processes) {
      while (!isHealthy(client, process.member())) {
        if (!process.isAlive() || stopping.get()) {
          return false;
        }
        if (System.nanoTime() > deadline) {
          say(
              process.member().name()
                  + " is not healthy after "
                  + HEALTHY_WITHIN.toSeconds()
                  + " s; see its log above, or ask "
                  + process.member().clientUrl()
                  + "/health");
          return false;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
    return true;
  }

  private static boolean isHealthy(HttpClient client, ClusterPlan.Member member)
      throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(member.clientUrl() + "/health"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private void died(MemberProcess process, int code) {
    if (stopping.get()) {
      return;
    }
    String name = process.member().name();
    // 128 and the signal, as a shell counts.
    String how =
        code > 128 ? "was killed by signal " + (code - 128) : "ended with exit code " + code;
    print(
        String.join(
            System.lineSeparator(),
            "",
            "  "
                + name
                + " (process "
                + process.pid()
                + ") "
                + how
                + ". To start it again, in any shell:",
            "",
            "    " + MemberProcess.commandLine(process.member()),
            ""));
  }

  private void stop() {
    stopping.set(true);
    List<MemberProcess> all;
    synchronized (processes) {
      all = List.copyOf(processes);
    }
    say("stopping " + all.stream().filter(MemberProcess::isAlive).count() + " members");
    all.forEach(MemberProcess::terminate);
    CompletableFuture.allOf(
            all.stream()
                .map(process -> CompletableFuture.runAsync(() -> process.awaitEnd(STOP_MILLIS)))
                .toArray(CompletableFuture[]::new))
        .join();
    say(
        "all members have stopped; their data is in "
            + plan.dataDir().toAbsolutePath().normalize());
  }

  private String welcome() {
    List<String> lines = new ArrayList<>();
    List<ClusterPlan.Member> members = plan.members();
    String first = members.get(0).clientUrl();
    String last = members.get(members.size() - 1).clientUrl();
    lines.add("");
    lines.add("=".repeat(78));
    lines.add("  The cluster is ready.");
    lines.add("");
    for (MemberProcess process : processes) {
      lines.add(
          "    %s  clients %s  peers http://127.0.0.1:%d  process %d"
              .formatted(
                  process.member().name(),
                  process.member().clientUrl(),
                  process.member().peerPort(),
                  process.pid()));
    }
    lines.add("");
    lines.add("  The page of " + members.get(0).name() + ", in a browser: " + first + "/");
    lines.add("");
    lines.add("  Try, in another terminal:");
    lines.add("");
    lines.add("    curl -X PUT --data-binary 'hello' " + first + "/kv/greeting");
    lines.add("    curl " + last + "/kv/greeting");
    lines.add("    curl '" + first + "/kv?prefix=gree'");
    lines.add("    curl " + first + "/members");
    lines.add("    curl " + first + "/metrics");
    lines.add("    kill -9 " + processes.get(0).pid() + "   # and go on with the others");
    lines.add("");
    lines.add("  Ctrl-C stops all members. The data stays in");
    lines.add("    " + plan.dataDir().toAbsolutePath().normalize());
    lines.add("=".repeat(78));
    lines.add("");
    return String.join(System.lineSeparator(), lines);
  }

  private void say(String line) {
    print("cluster | " + line);
  }

  private synchronized void print(String line) {
    out.println(line);
  }
}
