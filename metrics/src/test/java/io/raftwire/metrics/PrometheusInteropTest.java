// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.raftwire.ClusterId;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;

/**
 * The dashboard and the alert rules against a real Prometheus that scrapes two members: every query
 * finds something, and the alert that matters fires while a member is away and clears after that.
 */
@Tag("interop")
class PrometheusInteropTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern METRIC = Pattern.compile("raftwire_\\w+");

  @TempDir private Path directory;

  private final int prometheusPort = Program.freePort();

  @BeforeAll
  static void needsPrometheus() {
    Program.require("prometheus", "prometheus");
    Program.require("promtool", "prometheus");
  }

  @Test
  void queriesFindSeriesAndTheAlertOfALostPeerFiresAndClears() throws Exception {
    Path rules = resource("alerts.yml");
    assertThat(Program.run("promtool", "check", "rules", rules.toString())).contains("SUCCESS");

    try (Member one = new Member(1, directory);
        Member two = new Member(2, directory)) {
      Path config = prometheusConfig(rules, one, two);
      Program.run("promtool", "check", "config", config.toString());
      one.start(two);
      two.start(one);
      Disposable traffic = traffic(one, two);
      try (Program prometheus = startPrometheus(config)) {
        await("Prometheus sees both links")
            .atMost(Duration.ofSeconds(40))
            .untilAsserted(
                () ->
                    assertThat(query("raftwire_peer_active == 1"))
                        .as("%s", prometheus.tail())
                        .hasSize(2));
        one.transport.sendSnapshot(snapshot(), body(200_000)).block(Duration.ofSeconds(10));
        assertThat(firing()).isEmpty();

        two.stop();
        assertThat(
                one.transport.sendSnapshot(snapshot(), body(10)).materialize().block().isOnError())
            .as("a snapshot for a member that is away fails")
            .isTrue();
        Instant cut = Instant.now();
        await("the alert of the lost peer")
            .atMost(Duration.ofSeconds(60))
            .until(() -> firing().contains("RaftwirePeerInactive 2"));
        System.out.printf("fired %s after the cut%n", Duration.between(cut, Instant.now()));

        two.start(one);
        Instant mended = Instant.now();
        await("the end of the alert")
            .atMost(Duration.ofSeconds(60))
            .until(() -> !firing().contains("RaftwirePeerInactive 2"));
        System.out.printf("cleared %s after the start%n", Duration.between(mended, Instant.now()));

        one.transport.cut(two.id);
        one.transport.send(heartbeat(one, two));
        one.transport.mend(two.id);
        everyPanelShowsSomething();
        everyRuleIsLoadedAndReadsMetersThatExist();
      } finally {
        traffic.dispose();
      }
    }
  }

  // ---- what is asked --------------------------------------------------------------------------

  private void everyPanelShowsSomething() throws IOException {
    Map<String, String> queries = new TreeMap<>();
    for (JsonNode panel :
        JSON.readTree(resource("grafana-dashboard.json").toFile()).at("/panels")) {
      for (JsonNode target : panel.at("/targets")) {
        queries.put(
            panel.at("/title").asText() + " " + target.at("/refId").asText(),
            target
                .at("/expr")
                .asText()
                .replace("$__rate_interval", "1m")
                .replace("$instance", ".*")
                .replace("$peer", ".*"));
      }
    }
    assertThat(queries)
        .hasSizeGreaterThan(20)
        .allSatisfy((panel, query) -> assertThat(query).doesNotContain("$"));
    await("a series for every query")
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              Map<String, String> silent = new TreeMap<>(queries);
              silent.values().removeIf(query -> !query(query).isEmpty());
              assertThat(silent).as("queries without series").isEmpty();
            });
    System.out.printf("%d dashboard queries return series%n", queries.size());
  }

  private void everyRuleIsLoadedAndReadsMetersThatExist() throws IOException {
    String names = Http.get(api("/api/v1/label/__name__/values"));
    JsonNode rules = JSON.readTree(Http.get(api("/api/v1/rules"))).at("/data/groups/0/rules");
    assertThat(rules).hasSizeGreaterThan(5);
    for (JsonNode rule : rules) {
      String name = rule.at("/name").asText();
      assertThat(rule.at("/health").asText()).as("health of %s", name).isEqualTo("ok");
      Matcher metric = METRIC.matcher(rule.at("/query").asText());
      assertThat(metric.find()).isTrue();
      do {
        assertThat(names).as("meters of %s", name).contains('"' + metric.group() + '"');
      } while (metric.find());
    }
    System.out.printf("%d alert rules are loaded and healthy%n", rules.size());
  }

  private List<String> firing() throws IOException {
    List<String> firing = new ArrayList<>();
    for (JsonNode alert : JSON.readTree(Http.get(api("/api/v1/alerts"))).at("/data/alerts")) {
      if (alert.at("/state").asText().equals("firing")) {
        firing.add(
            alert.at("/labels/alertname").asText() + " " + alert.at("/labels/peer").asText());
      }
    }
    return firing;
  }

  private List<JsonNode> query(String promql) {
    try {
      JsonNode answer =
          JSON.readTree(
              Http.get(
                  api("/api/v1/query?query=" + URLEncoder.encode(promql, StandardCharsets.UTF_8))));
      List<JsonNode> series = new ArrayList<>();
      if (answer != null) {
        assertThat(answer.at("/status").asText()).as("%s: %s", promql, answer).isEqualTo("success");
        answer.at("/data/result").forEach(series::add);
      }
      return series;
    } catch (IOException e) {
      throw new AssertionError(promql, e);
    }
  }

  private String api(String path) {
    return "http://127.0.0.1:" + prometheusPort + path;
  }

  // ---- what is run ----------------------------------------------------------------------------

  private Program startPrometheus(Path config) throws IOException {
    return Program.start(
        directory.resolve("prometheus.log"),
        "prometheus",
        "--config.file=" + config,
        "--storage.tsdb.path=" + directory.resolve("tsdb"),
        "--web.listen-address=127.0.0.1:" + prometheusPort);
  }

  private Path prometheusConfig(Path rules, Member... members) throws IOException {
    StringBuilder config =
        new StringBuilder(
            """
            global:
              scrape_interval: 1s
              evaluation_interval: 1s
            rule_files:
              - %s
            scrape_configs:
              - job_name: raftwire
                static_configs:
                  - targets:
            """
                .formatted(rules));
    for (Member member : members) {
      config.append("          - '127.0.0.1:" + member.metricsPort + "'\n");
    }
    return Files.writeString(directory.resolve("prometheus.yml"), config);
  }

  /** A file of the jar, as a file of its own. */
  private Path resource(String name) throws IOException {
    Path copy = directory.resolve(name);
    if (!Files.exists(copy)) {
      try (InputStream resource =
          MicrometerRecorder.class.getResourceAsStream("/META-INF/raftwire/" + name)) {
        Files.copy(resource, copy);
      }
    }
    return copy;
  }

  private Path body(int bytes) throws IOException {
    return Files.write(directory.resolve("body-" + bytes), new byte[bytes]);
  }

  private static Disposable traffic(Member one, Member two) {
    return Flux.interval(Duration.ofMillis(50))
        .subscribe(
            tick -> {
              one.send(heartbeat(one, two));
              one.send(append(one, two, tick));
              two.send(heartbeat(two, one));
            });
  }

  private static Message heartbeat(Member from, Member to) {
    return message(MessageType.MsgHeartbeat, from, to).build();
  }

  private static Message append(Member from, Member to, long index) {
    return message(MessageType.MsgApp, from, to).setIndex(index).setLogTerm(1).build();
  }

  private static Message snapshot() {
    return Message.newBuilder()
        .setType(MessageType.MsgSnap)
        .setFrom(1)
        .setTo(2)
        .setTerm(1)
        .setSnapshot(
            Snapshot.newBuilder().setMetadata(SnapshotMetadata.newBuilder().setIndex(7).setTerm(1)))
        .build();
  }

  private static Message.Builder message(MessageType type, Member from, Member to) {
    return Message.newBuilder()
        .setType(type)
        .setFrom(from.id.value())
        .setTo(to.id.value())
        .setTerm(1);
  }

  /** A transport that can be stopped and started again, and the page that is scraped. */
  private static final class Member implements AutoCloseable {

    private final MemberId id;
    private final Path directory;
    private final String url = "http://127.0.0.1:" + Program.freePort();
    private final PrometheusMeterRegistry registry =
        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpServer page;
    private final int metricsPort;

    private volatile RaftHttpTransport transport;
    private MicrometerRecorder recorder;

    Member(long id, Path directory) throws IOException {
      this.id = MemberId.of(id);
      this.directory = directory.resolve("snapshots-" + id);
      PooledBufferMetrics.ofDefaultAllocator().bindTo(registry);
      CertificateExpiryMetrics.of("peer", () -> Instant.now().plus(Duration.ofDays(30)))
          .bindTo(registry);
      this.page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      this.metricsPort = page.getAddress().getPort();
      page.createContext(
          "/metrics",
          exchange -> {
            byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", EtcdText.CONTENT_TYPE);
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
          });
      page.start();
    }

    void start(Member other) throws IOException {
      recorder = MicrometerRecorder.builder(registry).build();
      Files.createDirectories(directory);
      RaftHttpTransport next =
          RaftHttpTransport.create(
              RaftHttpConfig.builder(id, ClusterId.of(0x1000))
                  .listenUrls(PeerUrls.of(url))
                  .recorder(recorder)
                  .snapshotStore(DirectorySnapshotStore.open(directory))
                  .timeouts(timeouts -> timeouts.probeInterval(Duration.ofMillis(500)))
                  .build());
      next.inbound().subscribe();
      next.proposals().subscribe();
      next.addPeer(other.id, PeerUrls.of(other.url));
      next.start().block(Duration.ofSeconds(10));
      transport = next;
    }

    void send(Message message) {
      RaftHttpTransport current = transport;
      if (current != null) {
        current.send(message);
      }
    }

    void stop() {
      transport.stop().block(Duration.ofSeconds(20));
      recorder.close();
    }

    @Override
    public void close() {
      if (transport != null) {
        stop();
      }
      page.stop(0);
    }
  }
}
