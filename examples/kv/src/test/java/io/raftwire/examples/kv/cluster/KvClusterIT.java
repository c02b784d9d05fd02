// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import static io.raftwire.examples.kv.cluster.Program.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as its user has it: the jar, processes, signals, HTTP. */
@Timeout(180)
class KvClusterIT {

  private static final int KEYS = 1000;

  private final Client client = new Client();
  private final List<Program> programs = new ArrayList<>();
  private final int clientPort = freePorts();
  private final int peerPort = freePorts();

  @TempDir private Path dir;

  @AfterEach
  void endAll() {
    programs.forEach(Program::close);
  }

  @Test
  void whatWasAnsweredSurvivesKillsAndRestarts() throws Exception {
    Program cluster = startCluster();
    Map<String, String> answered = new ConcurrentHashMap<>();

    // kill -9 one member while a thousand keys are written, then start it by the printed command.
    JsonNode victim = member(follower());
    AtomicInteger written = new AtomicInteger();
    CountDownLatch midway = new CountDownLatch(KEYS / 3);
    ExecutorService writers = Executors.newFixedThreadPool(8);
    List<Future<?>> writing = new ArrayList<>();
    for (int writer = 0; writer < 8; writer++) {
      writing.add(
          writers.submit(
              () -> {
                for (int i = written.getAndIncrement(); i < KEYS; i = written.getAndIncrement()) {
                  write("key-" + i, "value-" + i, answered);
                  midway.countDown();
                }
              }));
    }
    assertThat(midway.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    kill(cluster, victim.get("name").asText());
    for (Future<?> each : writing) {
      each.get(SOON.toSeconds(), TimeUnit.SECONDS);
    }
    writers.shutdown();
    assertThat(answered).hasSize(KEYS);
    startAsPrinted(cluster, victim.get("name").asText());
    awaitAllHave(answered);

    // kill -9 the leader and measure how long nobody could write.
    String leader = leader();
    JsonNode old = member(leader);
    String survivor = url((index(old.get("name").asText()) + 1) % 3);
    Duration pause =
        longestPause(survivor, answered, () -> kill(cluster, old.get("name").asText()));
    System.out.printf(
        "kv: the leader was killed; the longest pause of writes was %d ms%n", pause.toMillis());
    assertThat(pause).isLessThan(Duration.ofSeconds(15));
    startAsPrinted(cluster, old.get("name").asText());
    awaitAllHave(answered);

    // SIGTERM ends every process it still has; those started by hand are on their own.
    List<ProcessHandle> children = cluster.children();
    cluster.handle().destroy();
    cluster.awaitExit();
    assertThat(children).noneMatch(ProcessHandle::isAlive);
    assertThat(cluster.output()).contains("all members have stopped");
    for (Program program : programs) {
      if (program != cluster) {
        program.handle().destroy();
        program.awaitExit();
      }
    }

    // The whole cluster again, from its directory alone.
    Program again = program("cluster", "--data-dir=data");
    again.awaitLine("The cluster is ready");
    awaitAllHave(answered);
    again.handle().destroy();
    again.awaitExit();
  }

  @Test
  void membersComeAndGoAtRunTime() throws Exception {
    Program cluster = startCluster();
    Map<String, String> answered = new ConcurrentHashMap<>();
    for (int i = 0; i < 50; i++) {
      write("key-" + i, "value-" + i, answered);
    }
    int fourthClient = freePorts();
    String fourth = "http://127.0.0.1:" + fourthClient;
    Client.Answer added =
        client.send(
            "POST",
            follower() + "/members",
            "{\"name\":\"m4\",\"peerURLs\":[\"http://127.0.0.1:%d\"],\"clientURLs\":[\"%s\"]}"
                .formatted(freePorts(), fourth));
    assertThat(added.status()).as(added.body()).isEqualTo(201);
    List<String> flags = new ArrayList<>();
    added.json().get("flags").forEach(flag -> flags.add(flag.asText()));
    Program m4 = program(flags.toArray(String[]::new));
    String id = added.json().get("id").asText();
    await()
        .atMost(SOON)
        .until(
            () ->
                client.get(url(0) + "/members").json().findValuesAsText("role").stream()
                        .filter("learner"::equals)
                        .count()
                    == 0);
    await().atMost(SOON).until(() -> client.local(fourth).equals(answered));
    assertThat(client.put(fourth, "by-the-new-one", "x")).isTrue();
    assertThat(client.get(url(1) + "/kv/by-the-new-one").body()).isEqualTo("x");

    Client.Answer removed = client.send("DELETE", url(2) + "/members/" + id, "");
    assertThat(removed.status()).as(removed.body()).isEqualTo(200);
    assertThat(m4.awaitExit()).isEqualTo(2);
    assertThat(m4.output()).contains("removed from the cluster");
    assertThat(client.get(url(0) + "/members").json().get("members")).hasSize(3);
    assertThat(client.put(url(0), "after", "y")).isTrue();

    // Without a majority there is no leader, and who asks is told so in time.
    kill(cluster, "m2");
    kill(cluster, "m3");
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              Client.Answer refused = client.get(url(0) + "/kv/after");
              assertThat(refused.status()).isEqualTo(503);
              assertThat(refused.json().get("error").asText()).contains("no leader");
            });
    assertThat(client.get(url(0) + "/health").status()).isEqualTo(503);
    assertThat(client.get(url(0) + "/kv/after?consistency=local").body()).isEqualTo("y");
  }

  @Test
  void membersDoNotOutliveAKilledSupervisor() throws Exception {
    Program cluster = startCluster();
    List<ProcessHandle> children = cluster.children();
    assertThat(children).hasSize(3);
    cluster.handle().destroyForcibly();
    await().atMost(SOON).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
  }

  private Program startCluster() throws Exception {
    Program cluster =
        program(
            "cluster", "--data-dir=data", "--client-port=" + clientPort, "--peer-port=" + peerPort);
    cluster.awaitLine("The cluster is ready");
    return cluster;
  }

  private Program program(String... arguments) throws IOException {
    Program program = Program.start(dir, List.of(arguments));
    programs.add(program);
    return program;
  }

  private void startAsPrinted(Program cluster, String name) throws Exception {
    String line = cluster.awaitLine("^    (\\S*java .* --name=" + name + " .*)$").group(1);
    programs.add(Program.shell(dir, line));
    await().atMost(SOON).until(() -> client.get(url(index(name)) + "/health").status() == 200);
  }

  private static void kill(Program cluster, String name) {
    long pid = Long.parseLong(cluster.awaitLine("^    " + name + " .* process (\\d+)$").group(1));
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    cluster.awaitLine("  " + name + " \\(process " + pid + "\\) was killed by signal 9");
  }

  // Goes round the members until one has answered with success, as a client has to.
  private void write(String key, String value, Map<String, String> answered) {
    int first = ThreadLocalRandom.current().nextInt(3);
    for (int attempt = 0; attempt < 30; attempt++) {
      if (client.put(url((first + attempt) % 3), key, value)) {
        answered.put(key, value);
        return;
      }
    }
    throw new AssertionError(key + " could not be written");
  }

  private Duration longestPause(String url, Map<String, String> answered, Runnable disturb)
      throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    AtomicInteger count = new AtomicInteger();
    ExecutorService writer = Executors.newSingleThreadExecutor();
    Future<Long> longest =
        writer.submit(
            () -> {
              long max = 0;
              long last = System.nanoTime();
              while (!done.get()) {
                String key = "pause-" + count.get();
                if (client.put(url, key, key)) {
                  answered.put(key, key);
                  count.incrementAndGet();
                  long now = System.nanoTime();
                  max = Math.max(max, now - last);
                  last = now;
                }
              }
              return max;
            });
    await().atMost(SOON).until(() -> count.get() > 20);
    disturb.run();
    int after = count.get();
    await().atMost(SOON).until(() -> count.get() > after + 50);
    done.set(true);
    writer.shutdown();
    return Duration.ofNanos(longest.get(SOON.toSeconds(), TimeUnit.SECONDS));
  }

  private void awaitAllHave(Map<String, String> answered) {
    for (int i = 0; i < 3; i++) {
      String url = url(i);
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(client.local(url)).containsExactlyInAnyOrderEntriesOf(answered));
    }
  }

  private String leader() {
    return await().atMost(SOON).until(this::findLeader, Optional::isPresent).orElseThrow();
  }

  private Optional<String> findLeader() {
    for (int i = 0; i < 3; i++) {
      if (member(url(i)).path("leader").asBoolean()) {
        return Optional.of(url(i));
      }
    }
    return Optional.empty();
  }

  private String follower() {
    String leader = leader();
    return url(0).equals(leader) ? url(1) : url(0);
  }

  private JsonNode member(String url) {
    for (JsonNode member : client.get(url + "/members").json().path("members")) {
      if (member.get("self").asBoolean()) {
        return member;
      }
    }
    throw new AssertionError(url + " does not know itself");
  }

  private String url(int index) {
    return "http://127.0.0.1:" + (clientPort + index);
  }

  private static int index(String name) {
    return name.charAt(1) - '1';
  }

  // Below what the system gives to outgoing connections.
  private static int freePorts() {
    for (int attempt = 0; attempt < 100; attempt++) {
      int base = ThreadLocalRandom.current().nextInt(12_000, 31_000);
      if (isFree(base) && isFree(base + 1) && isFree(base + 2)) {
        return base;
      }
    }
    throw new AssertionError("no three ports in a row are free");
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
