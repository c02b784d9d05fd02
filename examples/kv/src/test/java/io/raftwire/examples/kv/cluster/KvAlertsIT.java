// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The alert rules against a real Prometheus that scrapes a running cluster, of which one member is
 * cut off by hand and one is killed, or one is stopped and goes on. Each is told by the alert made
 * for it, which ends when the link is mended and the member is back.
 */
@Tag("interop")
@Timeout(400)
class KvAlertsIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration SOON = Duration.ofSeconds(150);

  /** Five seconds of silence, the fifteen that the alert waits, and some for the slow. */
  private static final Duration FIRES_WHEN_SILENT = Duration.ofSeconds(30);

  @TempDir private Path dir;

  private final int prometheusPort = KvCluster.freePort();

  @Test
  void alertsFireWhileAMemberIsCutOffAndEndWhenItIsMended() throws Exception {
    String prometheus = KvCluster.require("prometheus", "prometheus").toString();
    try (KvCluster cluster = KvCluster.start(dir, 5, "--allow-faults")) {
      int cut = leader(cluster) % 5 + 1;
      int dead = cut % 5 + 1;
      Process process = scrape(prometheus, cluster, 5);
      try {
        awaitAllLinks(5);
        assertThat(firing()).isEmpty();

        Instant began = Instant.now();
        String cutId = id(cluster, cut);
        String deadId = id(cluster, dead);
        String lost = "RaftwirePeerInactive " + deadId;
        String dropping = "RaftwireMessagesDropped " + cutId;
        faults(cluster, "cut", cutId, cut, dead);
        cluster.process(dead).destroyForcibly();
        await("the alert of the dead member").atMost(SOON).until(() -> firing().contains(lost));
        Duration lostAfter = Duration.between(began, Instant.now());
        await("the alert of the cut link").atMost(SOON).until(() -> firing().contains(dropping));
        Duration droppingAfter = Duration.between(began, Instant.now());
        assertThat(firing())
            .as("no alert accuses a member that is well")
            .allMatch(alert -> alert.endsWith(cutId) || alert.endsWith(deadId));

        Instant mended = Instant.now();
        cluster.restart(dead);
        faults(cluster, "mend", cutId, cut, dead);
        await("the end of the first").atMost(SOON).until(() -> !firing().contains(lost));
        Duration foundAfter = Duration.between(mended, Instant.now());
        await("the end of the second").atMost(SOON).until(() -> !firing().contains(dropping));
        System.out.printf(
            "alerts: of the dead member fired after %d s and cleared after %d s, of the cut link"
                + " after %d s and %d s%n",
            lostAfter.toSeconds(),
            foundAfter.toSeconds(),
            droppingAfter.toSeconds(),
            Duration.between(mended, Instant.now()).toSeconds());
      } finally {
        end(process);
      }
    }
  }

  /**
   * What is sent to a member that is stopped goes to the buffers of its kernel, which closes no
   * connection either: nothing but the silence tells.
   */
  @Test
  void anAlertFiresSoonWhileAMemberIsStoppedAndEndsWhenItGoesOn() throws Exception {
    String prometheus = KvCluster.require("prometheus", "prometheus").toString();
    try (KvCluster cluster = KvCluster.start(dir, 3)) {
      int stopped = leader(cluster) % 3 + 1;
      String stoppedId = id(cluster, stopped);
      String lost = "RaftwirePeerInactive " + stoppedId;
      Process process = scrape(prometheus, cluster, 3);
      try {
        awaitAllLinks(3);
        assertThat(firing()).isEmpty();

        Instant began = Instant.now();
        signal(cluster.process(stopped), "STOP");
        await("the alert of the stopped member")
            .atMost(FIRES_WHEN_SILENT)
            .until(() -> firing().contains(lost));
        Duration lostAfter = Duration.between(began, Instant.now());
        assertThat(firing())
            .as("no alert accuses a member that is well")
            .allMatch(alert -> alert.endsWith(stoppedId));

        Instant resumed = Instant.now();
        signal(cluster.process(stopped), "CONT");
        await("the end of it").atMost(SOON).until(() -> !firing().contains(lost));
        Duration foundAfter = Duration.between(resumed, Instant.now());
        awaitAllLinks(3);
        System.out.printf(
            "alerts: of the stopped member fired after %.1f s and cleared after %.1f s%n",
            lostAfter.toMillis() / 1e3, foundAfter.toMillis() / 1e3);
      } finally {
        end(process);
      }
    }
  }

  private Process scrape(String prometheus, KvCluster cluster, int size) throws IOException {
    return new ProcessBuilder(
            prometheus,
            "--config.file=" + config(cluster, size),
            "--storage.tsdb.path=" + dir.resolve("tsdb"),
            "--web.listen-address=127.0.0.1:" + prometheusPort)
        .redirectErrorStream(true)
        .redirectOutput(dir.resolve("prometheus.log").toFile())
        .start();
  }

  private static void end(Process process) {
    process.destroy();
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    process.destroyForcibly();
  }

  private static void signal(ProcessHandle process, String signal) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor())
        .isZero();
  }

  private void awaitAllLinks(int size) {
    await("Prometheus sees all links")
        .atMost(SOON)
        .ignoreExceptions()
        .until(
            () ->
                JSON.readTree(get("/api/v1/query?query=sum(raftwire_peer_active)"))
                    .at("/data/result/0/value/1")
                    .asText()
                    .equals("" + size * (size - 1)));
  }

  private Path config(KvCluster cluster, int size) throws IOException {
    Path rules = dir.resolve("alerts.yml");
    try (InputStream packaged =
        KvAlertsIT.class.getResourceAsStream("/META-INF/raftwire/alerts.yml")) {
      Files.copy(packaged, rules);
    }
    StringBuilder config =
        new StringBuilder(
            """
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files:
              - %s
            scrape_configs:
              - job_name: kv
                static_configs:
                  - targets:
            """
                .formatted(rules));
    for (int i = 1; i <= size; i++) {
      config.append("          - '" + cluster.url(i).substring("http://".length()) + "'\n");
    }
    return Files.writeString(dir.resolve("prometheus.yml"), config);
  }

  private Set<String> firing() throws IOException {
    Set<String> firing = new TreeSet<>();
    for (JsonNode alert : JSON.readTree(get("/api/v1/alerts")).at("/data/alerts")) {
      if (alert.at("/state").asText().equals("firing")) {
        firing.add(
            alert.at("/labels/alertname").asText() + " " + alert.at("/labels/peer").asText());
      }
    }
    return firing;
  }

  private String get(String path) {
    HttpResponse<String> answer =
        KvCluster.send("GET", "http://127.0.0.1:" + prometheusPort + path, "", "text/plain");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return answer.body();
  }

  private static int leader(KvCluster cluster) throws IOException {
    for (JsonNode member : members(cluster)) {
      if (member.get("leader").asBoolean()) {
        return number(member);
      }
    }
    throw new AssertionError("no leader: " + members(cluster));
  }

  private static JsonNode members(KvCluster cluster) throws IOException {
    return JSON.readTree(cluster.ask("GET", 1, "/members", "")).get("members");
  }

  private static String id(KvCluster cluster, int number) throws IOException {
    for (JsonNode member : members(cluster)) {
      if (number(member) == number) {
        return member.get("id").asText();
      }
    }
    throw new AssertionError("no member m" + number);
  }

  private static int number(JsonNode member) {
    return Integer.parseInt(member.get("name").asText().substring(1));
  }

  // At every other member: cut off from the leader alone it would win an election by way of them.
  private static void faults(
      KvCluster cluster, String what, String peer, int ownNumber, int deadNumber) {
    for (int i = 1; i <= 5; i++) {
      if (i != ownNumber && i != deadNumber) {
        cluster.ask("POST", i, "/faults/" + what, "{\"peer\":\"" + peer + "\"}");
      }
    }
  }
}
