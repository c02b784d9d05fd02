// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.learner.cluster.Identity;
import io.raftwire.examples.learner.etcdpb.PutRequest;
import io.raftwire.examples.learner.feed.Content;
import io.raftwire.examples.learner.feed.FeedEvent;
import io.raftwire.examples.learner.node.LearnerConfig;
import io.raftwire.examples.learner.node.LearnerNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * One cluster of three real etcd members and the life of a learner beside it, in order. The learner
 * is advertised at a proxy, which passes everything until a test stalls it.
 */
@Tag("interop")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class RealCluster {

  private static final Duration SOON = Duration.ofSeconds(30);

  private Path directory;
  private Tools.Etcd etcd;
  private EtcdCluster cluster;
  private int port;
  private StallingProxy proxy;
  private LearnerProcess learner;

  abstract Tools.Etcd etcd() throws Exception;

  @BeforeAll
  void startCluster(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path temporary) throws Exception {
    directory = temporary;
    etcd = etcd();
    cluster = EtcdCluster.start(etcd, directory.resolve("etcd"), 3, "http", "--snapshot-count=100");
    port = EtcdCluster.freePort();
    proxy = new StallingProxy(port);
    learner = startLearner();
  }

  @AfterAll
  void stopAll() throws Exception {
    if (learner != null) {
      learner.close();
    }
    if (proxy != null) {
      proxy.close();
    }
    if (cluster != null) {
      cluster.close();
    }
  }

  private LearnerProcess startLearner() throws Exception {
    return LearnerProcess.start(
        directory,
        "learner",
        "--endpoints",
        cluster.endpoints(),
        "--listen-peer-urls",
        "http://127.0.0.1:" + port,
        "--initial-advertise-peer-urls",
        proxy.url(),
        "--name",
        "feed",
        "--data-dir",
        dataDir().toString());
  }

  private Path dataDir() {
    return directory.resolve("data");
  }

  @Test
  @Order(1)
  void tenThousandPutsArriveCompleteAndInOrder() throws Exception {
    learner.awaitReplicating(cluster, SOON);
    cluster.put("many", 10_000);
    List<String> expected = cluster.keysInOrder("many");
    learner.awaitKey(expected.get(expected.size() - 1), SOON);

    List<JsonNode> events = learner.events();
    Feeds.assertConsecutive(events);
    assertThat(events.get(0).path("index").asLong()).isEqualTo(1);
    assertThat(Feeds.putKeys(events, "many")).hasSize(10_000).isEqualTo(expected);
  }

  @Test
  @Order(2)
  void leaderIsKilled() throws Exception {
    int leader = cluster.leader();
    cluster.kill(leader);
    await().atMost(SOON).until(() -> cluster.leader() >= 0);
    cluster.put("orphan", 500);
    List<String> expected = cluster.keysInOrder("orphan");
    learner.awaitKey(expected.get(499), SOON);
    cluster.restart(leader);

    List<JsonNode> events = learner.events();
    Feeds.assertConsecutive(events);
    assertThat(Feeds.putKeys(events, "orphan")).isEqualTo(expected);
    await().atMost(SOON).until(() -> Tried.to(() -> cluster.id(leader)));
  }

  @Test
  @Order(3)
  void learnerIsKilledUnderTraffic() throws Exception {
    CompletableFuture<Void> puts =
        CompletableFuture.runAsync(Tried.run(() -> cluster.put("killed", 3_000)));
    learner.awaitKey("killed-00500", SOON);
    learner.killNow();
    learner = startLearner();
    puts.join();
    List<String> expected = cluster.keysInOrder("killed");
    learner.awaitKey(expected.get(2_999), SOON);

    List<JsonNode> events = learner.events();
    Feeds.assertConsecutive(events);
    assertThat(Feeds.putKeys(events, "killed")).isEqualTo(expected);
    assertThat(events.get(0).path("index").asLong()).isEqualTo(1);
  }

  @Test
  @Order(4)
  void membersMoveComeAndGo() throws Exception {
    int follower = (cluster.leader() + 1) % cluster.size();
    MemberId id = cluster.id(follower);
    String url = cluster.peerUrl(id).replace("127.0.0.1", "localhost");
    cluster.move(id, url);
    learner.awaitError("member " + id + " moved [" + url + "]", SOON);

    // Members take a new one only once all have been connected for 5 s.
    AtomicReference<MemberId> added = new AtomicReference<>();
    String nobody = "http://127.0.0.1:" + EtcdCluster.freePort();
    await().atMost(SOON).until(() -> Tried.to(() -> added.set(cluster.add(nobody, false))));
    learner.awaitError("member " + added.get() + " added", SOON);
    cluster.remove(added.get());
    learner.awaitError("member " + added.get() + " removed", SOON);

    cluster.put("moved", 100);
    learner.awaitKey(cluster.keysInOrder("moved").get(99), SOON);
    Feeds.assertConsecutive(learner.events());
  }

  @Test
  @Order(5)
  void nameIsInTheMemberList() {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(cluster.members())
                    .anySatisfy(
                        member -> {
                          assertThat(member.path("name").asText()).isEqualTo("feed");
                          assertThat(member.path("isLearner").asBoolean()).isTrue();
                        }));
  }

  @Test
  @Order(6)
  void answersWhatMembersAsk() throws Exception {
    JsonNode version = cluster.get(proxy.url() + "/version");
    assertThat(version.path("etcdserver").asText()).startsWith(etcd.version() + ".");
    assertThat(version.path("etcdcluster").asText()).isEqualTo(etcd.version() + ".0");
    assertThat(cluster.get(proxy.url() + "/members"))
        .hasSize(4)
        .extracting(member -> member.path("id").bigIntegerValue().toString())
        .containsExactlyInAnyOrderElementsOf(
            cluster.members().stream().map(member -> member.path("ID").asText()).toList());
    if (!etcd.version().equals("3.4")) {
      assertThat(cluster.get(proxy.url() + "/downgrade/enabled").asBoolean(true)).isFalse();
    }
  }

  @Test
  @Order(7)
  void signalStopsItCleanly() throws Exception {
    assertThat(learner.terminate()).isZero();
    assertThat(learner.errors()).contains("stopped").doesNotContain("ERROR");
  }

  @Test
  @Order(8)
  void cutOffAndMended() throws Exception {
    try (Embedded embedded = new Embedded(UnaryOperator.identity())) {
      cluster.put("before", 100);
      embedded.awaitKeys("before", 100);
      for (int i = 0; i < cluster.size(); i++) {
        embedded.node.transport().cut(cluster.id(i));
      }
      cluster.put("cut", 300);
      Thread.sleep(2_000);
      assertThat(embedded.keys("cut")).isEmpty();
      for (int i = 0; i < cluster.size(); i++) {
        embedded.node.transport().mend(cluster.id(i));
      }
      embedded.awaitKeys("cut", 300);
      assertThat(embedded.keys("cut")).isEqualTo(cluster.keysInOrder("cut"));
    }
  }

  @Test
  @Order(9)
  void stalledConnectionsAreReplaced() throws Exception {
    Map<PeerUrls, StallingProxy> proxies = new HashMap<>();
    for (JsonNode member : cluster.members()) {
      URI url = URI.create(member.path("peerURLs").path(0).asText());
      proxies.put(PeerUrls.of(url.toString()), new StallingProxy(url.getPort()));
    }
    UnaryOperator<PeerUrls> through =
        urls -> proxies.containsKey(urls) ? PeerUrls.of(proxies.get(urls).url()) : urls;
    List<StallingProxy> all = new ArrayList<>(proxies.values());
    all.add(proxy);
    try (Embedded embedded = new Embedded(through)) {
      cluster.put("flowing", 100);
      embedded.awaitKeys("flowing", 100);
      all.forEach(one -> one.stall(true));
      cluster.put("stalled", 300);
      Thread.sleep(8_000); // longer than both sides' read timeouts: each must notice by itself
      assertThat(embedded.keys("stalled")).isEmpty();
      all.forEach(one -> one.stall(false));
      embedded.awaitKeys("stalled", 300);
      assertThat(embedded.keys("stalled")).isEqualTo(cluster.keysInOrder("stalled"));
    } finally {
      proxy.stall(false);
      for (StallingProxy one : proxies.values()) {
        one.close();
      }
    }
  }

  @Test
  @Order(10)
  void leaves() throws Exception {
    LearnerProcess leaving = command("leaving", "data", "--leave");
    assertThat(leaving.exitCode()).as(leaving.errors()).isZero();
    assertThat(leaving.errors()).contains("has left cluster");
    await().atMost(SOON).untilAsserted(() -> assertThat(cluster.members()).hasSize(3));

    LearnerProcess again = command("again", "data");
    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.errors()).contains("expected: another one");
  }

  @Test
  @Order(11)
  void lateLearnerIsCaughtUpBySnapshot() throws Exception {
    // As if one had been killed between asking to be added and writing down its id.
    Path late = directory.resolve("late");
    Identity.joining(PeerUrls.of(proxy.url())).write(late);
    MemberId id = cluster.add(proxy.url(), true);
    learner =
        command(
            "late",
            "late",
            "--listen-peer-urls",
            "http://127.0.0.1:" + port,
            "--initial-advertise-peer-urls",
            proxy.url());
    learner.awaitError("took a snapshot", SOON);
    assertThat(Identity.read(late).orElseThrow().memberId()).isEqualTo(id);
    cluster.put("late", 200);
    List<String> expected = cluster.keysInOrder("late");
    learner.awaitKey(expected.get(199), SOON);

    List<JsonNode> events = learner.events();
    Feeds.assertConsecutive(events);
    assertThat(Feeds.putKeys(events, "late")).isEqualTo(expected);
    JsonNode snapshot = events.get(0);
    assertThat(snapshot.path("type").asText()).isEqualTo("snapshot");
    assertThat(snapshot.path("index").asLong()).isGreaterThan(5_000);
    Path file = Path.of(snapshot.path("file").asText());
    assertThat(file).hasSize(snapshot.path("bytes").asLong());
    opensWithEtcdsTools(file);
  }

  private void opensWithEtcdsTools(Path file) throws Exception {
    String tool = etcd.snapshotTool().toString();
    String status =
        Tools.run(List.of(tool, "snapshot", "status", file.toString(), "--write-out=json"));
    System.out.println("etcd " + etcd.version() + " snapshot status: " + status.strip());
    assertThat(status).contains("\"totalKey\":").doesNotContain("\"revision\":0,");
    Path restored = directory.resolve("restored");
    Tools.run(List.of(tool, "snapshot", "restore", file.toString(), "--data-dir=" + restored));
    assertThat(restored.resolve("member/snap/db")).exists();
  }

  @Test
  @Order(12)
  void removedBySomebodyElse() throws Exception {
    Identity identity = Identity.read(directory.resolve("late")).orElseThrow();
    cluster.remove(identity.memberId());
    assertThat(learner.exitCode()).isEqualTo(3);
    assertThat(learner.errors()).contains("removed from the cluster");
  }

  private LearnerProcess command(String name, String data, String... more) throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--endpoints",
                cluster.endpoints(),
                "--data-dir",
                directory.resolve(data).toString()));
    args.addAll(List.of(more));
    return LearnerProcess.start(directory, name, args.toArray(String[]::new));
  }

  /** The learner of the same data directory in this process, where its links can be cut. */
  private final class Embedded implements AutoCloseable {

    private final LearnerNode node;
    private final List<FeedEvent> events = new CopyOnWriteArrayList<>();

    Embedded(UnaryOperator<PeerUrls> dialled) {
      node =
          LearnerNode.open(
              LearnerConfig.of(
                      dataDir(),
                      Identity.read(dataDir()).orElseThrow(),
                      PeerUrls.of("http://127.0.0.1:" + port))
                  .dialling(dialled));
      node.start();
      node.feed(1).filter(event -> event.index() > 13_000).subscribe(events::add);
    }

    List<String> keys(String prefix) {
      return events.stream()
          .filter(FeedEvent.Committed.class::isInstance)
          .map(event -> ((FeedEvent.Committed) event).content())
          .filter(content -> content.type().equals("put"))
          .map(content -> (PutRequest) ((Content.Request) content).request())
          .map(put -> put.getKey().toStringUtf8())
          .filter(key -> key.startsWith(prefix + "-"))
          .toList();
    }

    void awaitKeys(String prefix, int count) {
      await()
          .alias(prefix)
          .atMost(SOON)
          .untilAsserted(() -> assertThat(keys(prefix)).hasSize(count));
    }

    @Override
    public void close() {
      node.stop();
    }
  }

  /** Checked exceptions where a lambda may have none. */
  private static final class Tried {

    interface Action {
      void run() throws Exception;
    }

    static boolean to(Action action) {
      try {
        action.run();
        return true;
      } catch (Exception e) {
        return false;
      }
    }

    static Runnable run(Action action) {
      return () -> {
        try {
          action.run();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
      };
    }
  }
}
