// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The vocabulary {@link MeterNames#ETCD} beside a real etcd's {@code /metrics}. Its two members are
 * brought to show as much as they can: a snapshot that fails, one that arrives, a lost member,
 * requests that are rubbish.
 */
@Tag("interop")
class EtcdMetersInteropTest {

  /** The number of entries that etcd 3.4 keeps after a snapshot, and some more. */
  private static final int ENTRIES = 5_200;

  @TempDir(cleanup = CleanupMode.ALWAYS)
  private Path logs;

  @BeforeAll
  static void needsEtcd() {
    Program.require("etcd", "etcd-server");
  }

  @Test
  void familiesTypesLabelsBucketsAndHelpAreEtcds() throws Exception {
    Map<String, PrometheusText.Family> etcds = etcdFamilies();
    Map<String, PrometheusText.Family> ours = ourFamilies();

    assertThat(ours.keySet()).as("families").isEqualTo(etcds.keySet());
    etcds.forEach(
        (name, etcd) -> {
          PrometheusText.Family our = ours.get(name);
          assertThat(our.type).as("type of %s", name).isEqualTo(etcd.type);
          assertThat(our.help).as("help of %s", name).isEqualTo(etcd.help);
          assertThat(our.shape()).as("samples and labels of %s", name).isEqualTo(etcd.shape());
          assertThat(our.boundTexts()).as("buckets of %s", name).isEqualTo(etcd.boundTexts());
        });
    System.out.printf("compared with etcd: %d families %s%n", etcds.size(), etcds.keySet());
  }

  private static Map<String, PrometheusText.Family> ourFamilies() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    PeerRecorder peer =
        MicrometerRecorder.builder(registry)
            .names(MeterNames.ETCD)
            .build()
            .peer(MemberId.of(1), MemberId.of(2));
    Traffic.appear(peer);
    Traffic.everything(peer);
    return PrometheusText.parse(EtcdText.of(registry.scrape())).families();
  }

  private Map<String, PrometheusText.Family> etcdFamilies() throws Exception {
    // etcd waits for the disk after each entry, so the data is kept in memory if that is possible.
    Path memory = Path.of("/dev/shm");
    Path data =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "raftwire-etcd")
            : Files.createTempDirectory(logs, "data");
    Etcd a = new Etcd("a", data);
    Etcd b = new Etcd("b", data);
    Map<String, PrometheusText.Family> families = new TreeMap<>();
    try (SnapshotFilter toB = new SnapshotFilter(b.listen);
        Program leader = a.start(logs, "new", a)) {
      b.peer = toB.url();
      await("etcd a serves")
          .atMost(Duration.ofSeconds(20))
          .until(() -> Http.get(a.client + "/health").contains("true"));
      fill(a);
      JsonNode added =
          new ObjectMapper()
              .readTree(
                  Http.post(
                      a.client + "/v3/cluster/member/add", "{\"peerURLs\":[\"" + b.peer + "\"]}"));
      String cluster =
          Long.toHexString(Long.parseUnsignedLong(added.at("/header/cluster_id").asText()));
      try (Program follower = b.start(logs, "existing", a, b)) {
        await("etcd a fails to send a snapshot")
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(Http.get(a.client + "/metrics"))
                        .as("%s%n%s", leader.tail(), follower.tail())
                        .contains("etcd_network_snapshot_send_failures{"));
        toB.open();
        await("a snapshot arrives at etcd b")
            .atMost(Duration.ofSeconds(30))
            .untilAsserted(
                () ->
                    assertThat(Http.get(b.client + "/metrics"))
                        .as("%s%n%s", leader.tail(), follower.tail())
                        .contains("etcd_network_snapshot_receive_success{"));
        String[] headers = {
          "X-Etcd-Cluster-ID",
          cluster,
          "X-Server-Version",
          "3.4.0",
          "X-Min-Cluster-Version",
          "3.0.0"
        };
        Http.post(a.peer + "/raft", "rubbish", headers);
        // Refused for want of a version, which etcd counts as a failed snapshot.
        Http.post(b.listen + "/raft/snapshot", "", "X-Etcd-Cluster-ID", cluster);
        await("probes of etcd b")
            .atMost(Duration.ofSeconds(45))
            .until(
                () ->
                    Http.get(a.client + "/metrics")
                        .contains("peer_round_trip_time_seconds_bucket"));
        collect(b, families);
      }
      await("etcd a sees that b is gone")
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  Http.get(a.client + "/metrics").contains("etcd_network_disconnected_peers_total{")
                      && Http.get(a.client + "/metrics").contains("peer_sent_failures_total{"));
      collect(a, families);
    } finally {
      delete(data);
    }
    return families;
  }

  private static void fill(Etcd etcd) {
    int concurrent = 50;
    String entry = "{\"key\":\"Zm9v\",\"value\":\"YmFy\"}";
    for (int sent = 0; sent < ENTRIES; sent += concurrent) {
      List<CompletableFuture<?>> puts = new ArrayList<>();
      for (int i = 0; i < concurrent; i++) {
        puts.add(
            Http.CLIENT.sendAsync(
                Http.request(etcd.client + "/v3/kv/put")
                    .POST(BodyPublishers.ofString(entry))
                    .build(),
                BodyHandlers.discarding()));
      }
      CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).join();
    }
  }

  private static void collect(Etcd etcd, Map<String, PrometheusText.Family> families) {
    PrometheusText.parse(Http.get(etcd.client + "/metrics"))
        .families()
        .forEach(
            (name, family) -> {
              if (name.startsWith("etcd_network_") && !name.contains("_client_grpc_")) {
                families.putIfAbsent(name, family);
              }
            });
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** One member. */
  private static final class Etcd {

    private final String name;
    private final Path data;
    private final String listen = "http://127.0.0.1:" + Program.freePort();
    private final String client = "http://127.0.0.1:" + Program.freePort();

    /** Where others reach it. */
    private String peer = listen;

    Etcd(String name, Path data) {
      this.name = name;
      this.data = data.resolve(name);
    }

    Program start(Path logs, String state, Etcd... members) throws IOException {
      StringBuilder cluster = new StringBuilder();
      for (Etcd member : members) {
        cluster.append(cluster.isEmpty() ? "" : ",").append(member.name + "=" + member.peer);
      }
      return Program.start(
          logs.resolve(name + ".log"),
          "etcd",
          "--name=" + name,
          "--data-dir=" + data,
          "--listen-peer-urls=" + listen,
          "--initial-advertise-peer-urls=" + peer,
          "--listen-client-urls=" + client,
          "--advertise-client-urls=" + client,
          "--initial-cluster=" + cluster,
          "--initial-cluster-state=" + state,
          "--snapshot-count=10");
    }
  }
}
