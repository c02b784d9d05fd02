// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import static io.raftwire.examples.kv.node.TestNodes.CLUSTER;
import static io.raftwire.examples.kv.node.TestNodes.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.kv.store.Applied;
import io.raftwire.examples.kv.store.Value;
import io.raftwire.raftpb.MessageType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** Whole members, SQLite included, over a network that fails on demand. */
@Timeout(60)
class KvNodeTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final FakeNetwork network = new FakeNetwork();
  private final Map<String, KvNode> nodes = new LinkedHashMap<>();

  @TempDir private Path dir;

  @AfterEach
  void stopAll() {
    nodes.values().forEach(KvNode::stop);
  }

  @Test
  void aMemberAloneLeadsAndRemembers() {
    KvNode node = start("m1", "m1=http://h:1");
    await().atMost(SOON).until(() -> node.leader().isPresent());
    put(node, "a", "1");
    node.stop();
    KvNode again = start("m1", "m1=http://h:1");
    assertThat(get(again, "a")).contains("1");
    put(again, "a", "2");
    assertThat(get(again, "a")).contains("2");
  }

  @Test
  void anyMemberTakesWritesAndReadsAndAllHaveThem() {
    startThree();
    for (KvNode node : nodes.values()) {
      put(node, "by-" + node.config().name(), "x");
    }
    for (KvNode node : nodes.values()) {
      for (KvNode writer : nodes.values()) {
        assertThat(get(node, "by-" + writer.config().name())).contains("x");
      }
    }
    assertThat(network.carried(MessageType.MsgProp)).isPositive();
    assertThat(network.carried(MessageType.MsgReadIndex)).isPositive();
    assertThat(network.carried(MessageType.MsgReadIndexResp)).isPositive();
    assertThat(network.carried(MessageType.MsgApp)).isPositive();
    assertThat(network.carried(MessageType.MsgHeartbeat)).isPositive();
  }

  @Test
  void manyWritesAtOnceOnLossyLinksCountOnceEach() {
    startThree();
    network.loss(0.05);
    List<KvNode> all = List.copyOf(nodes.values());
    List<Applied> results =
        Flux.range(0, 300)
            .flatMap(i -> all.get(i % 3).put(bytes("k" + i), bytes("v" + i)).retry(3), 100)
            .collectList()
            .block(SOON);
    assertThat(results).hasSize(300);
    network.loss(0);
    awaitSame(300);
  }

  @Test
  void aLeaderThatIsCutOffIsReplacedAndWritesGoOn() {
    startThree();
    put(nodes.get("m1"), "before", "1");
    KvNode old = leader();
    network.isolate(old.id());
    KvNode other = nodes.values().stream().filter(node -> node != old).findFirst().orElseThrow();
    // Within the request's time: the write waits for the new leader.
    put(other, "during", "2");
    assertThat(other.leader()).isPresent().isNotEqualTo(Optional.of(old.id()));
    assertThatThrownBy(() -> put(old, "lost", "3"))
        .isInstanceOfSatisfying(
            RequestException.class,
            e -> {
              assertThat(e.status()).isEqualTo(503);
              assertThat(e.getMessage()).contains("no leader");
            });
    assertThatThrownBy(() -> get(old, "during")).isInstanceOf(RequestException.class);
    // What it has of itself it still shows to whoever asks for that.
    assertThat(old.get(bytes("before"), false).block(SOON)).isPresent();
    network.heal();
    await().atMost(SOON).until(() -> get(old, "during").equals(Optional.of("2")));
    awaitSame(nodes.values().iterator().next().keys());
  }

  @Test
  void membersThatFoundTheirLeaderWhileAskingForPreVotesStillReplaceIt() {
    startThree();
    KvNode lead = leader();
    // Both others come back in the leader's own term, which is where MicroRaft 0.7 gets stuck.
    for (String name : List.of("m1", "m2", "m3")) {
      if (!name.equals(lead.config().name())) {
        nodes.get(name).stop();
        KvNode again = start(name, CLUSTER);
        await().atMost(SOON).until(() -> again.leader().isPresent());
        put(again, "back-" + name, "x");
      }
    }
    KvNode other = nodes.values().stream().filter(node -> node != lead).findFirst().orElseThrow();
    if (other.leader().equals(Optional.of(lead.id()))) {
      network.isolate(lead.id());
      await()
          .atMost(SOON)
          .until(() -> other.leader().filter(id -> !id.equals(lead.id())).isPresent());
    }
    put(other, "after", "y");
  }

  @Test
  void aMemberThatWasDownForLongGetsASnapshot() {
    startThree();
    KvNode behind =
        nodes.values().stream().filter(node -> node != leader()).findFirst().orElseThrow();
    String name = behind.config().name();
    behind.stop();
    KvNode writer = leader();
    // A snapshot comes every 100 entries; the value makes it several chunks long.
    writer.put(bytes("big"), ByteString.copyFrom(new byte[1 << 20])).block(SOON);
    putMany(writer, 500);
    long before = network.carried(MessageType.MsgSnap);
    start(name, CLUSTER);
    awaitSame(501);
    assertThat(network.carried(MessageType.MsgSnap) - before).isGreaterThanOrEqualTo(4);
  }

  @Test
  void allMembersComeBackWithTheirData() {
    startThree();
    putMany(leader(), 250);
    nodes.values().forEach(KvNode::stop);
    startThree();
    assertThat(get(nodes.get("m2"), "k249")).contains("v249");
    awaitSame(250);
  }

  @Test
  void aMemberIsAddedCatchesUpGetsAVoteAndIsRemoved() {
    startThree();
    putMany(leader(), 250);
    KvNode asked =
        nodes.values().stream().filter(node -> node != leader()).findFirst().orElseThrow();
    var added =
        asked.addMember("m4", null, PeerUrls.of("http://h:9"), List.of("http://c4:80")).block(SOON);
    assertThat(member(asked, "m4").voting()).isFalse();
    assertThat(member(asked, "m4").clientUrls()).containsExactly("http://c4:80");

    KvNode fresh =
        new KvNode(
            TestNodes.config(dir, "m4", CLUSTER, added.id(), asked.clusterId(), 100),
            network::transport);
    nodes.put("m4", fresh);
    fresh.start();
    await()
        .atMost(SOON)
        .until(() -> nodes.values().stream().allMatch(n -> member(n, "m4").voting()));
    assertThat(get(fresh, "k249")).contains("v249");
    put(fresh, "from-m4", "x");
    awaitSame(251);

    // Once more from its own files.
    fresh.stop();
    KvNode again =
        new KvNode(
            TestNodes.config(dir, "m4", CLUSTER, added.id(), asked.clusterId(), 100),
            network::transport);
    nodes.put("m4", again);
    again.start();
    assertThat(get(again, "from-m4")).contains("x");

    again.removeMember(added.id()).block(SOON);
    assertThat(again.ended().join()).contains("removed");
    await()
        .atMost(SOON)
        .until(
            () ->
                nodes.values().stream()
                    .filter(n -> n != again)
                    .allMatch(n -> n.members().size() == 3));
    assertThatThrownBy(
            () ->
                asked
                    .addMember("m5", added.id(), PeerUrls.of("http://h:10"), List.of())
                    .block(SOON))
        .hasMessageContaining("removed");
    again.stop();
    assertThatThrownBy(
            () ->
                new KvNode(
                    TestNodes.config(dir, "m4", CLUSTER, added.id(), asked.clusterId(), 100),
                    network::transport))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("removed");
  }

  @Test
  void theLeaderCanBeRemoved() {
    startThree();
    put(leader(), "a", "1");
    KvNode old = leader();
    KvNode other = nodes.values().stream().filter(node -> node != old).findFirst().orElseThrow();
    other.removeMember(old.id()).block(SOON);
    put(other, "b", "2");
    assertThat(get(other, "a")).contains("1");
    assertThat(other.members()).hasSize(2);
  }

  @Test
  void aChangeOfMembersThatMakesNoSenseIsRefused() {
    startThree();
    KvNode node = leader();
    assertThatThrownBy(() -> node.removeMember(MemberId.of(99)).block(SOON))
        .isInstanceOfSatisfying(RequestException.class, e -> assertThat(e.status()).isEqualTo(404));
    assertThatThrownBy(
            () -> node.addMember("m1", null, PeerUrls.of("http://h:9"), List.of()).block(SOON))
        .isInstanceOfSatisfying(RequestException.class, e -> assertThat(e.status()).isEqualTo(409));
    assertThatThrownBy(
            () -> node.addMember("m9", null, PeerUrls.of("http://h:2"), List.of()).block(SOON))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.getMessage()).contains("http://h:2"));
  }

  @Test
  void membersSayHowTheyAreReached() {
    startThree();
    await()
        .atMost(SOON)
        .until(
            () ->
                nodes.values().stream()
                    .allMatch(
                        node ->
                            node.members().stream()
                                .allMatch(
                                    member ->
                                        member
                                            .clientUrls()
                                            .equals(
                                                List.of(
                                                    "http://client-of-"
                                                        + member.name()
                                                        + ":80")))));
    assertThat(leader().members()).filteredOn(KvNode.MemberView::leader).hasSize(1);
  }

  @Test
  void aDirectoryIsOneProcessesAndOneMembers() {
    start("m1", "m1=http://h:1");
    assertThatThrownBy(
            () -> new KvNode(TestNodes.config(dir, "m1", "m1=http://h:1"), network::transport))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("another process");
    nodes.get("m1").stop();
    NodeConfig m2 = TestNodes.config(dir, "m2", CLUSTER);
    NodeConfig moved =
        new NodeConfig(
            m2.name(),
            null,
            null,
            dir.resolve("m1"),
            m2.initialCluster(),
            false,
            m2.listenPeerUrls(),
            m2.advertisePeerUrls(),
            m2.listenClientUrls(),
            m2.advertiseClientUrls(),
            null,
            m2.timing(),
            m2.limits());
    assertThatThrownBy(() -> new KvNode(moved, network::transport))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("--name m2")
        .hasMessageContaining("belongs to m1");
  }

  @Test
  void aDirectoryOfAFailedStartTakesNoOtherMember() {
    assertThatThrownBy(
            () ->
                new KvNode(
                    TestNodes.config(dir, "m1", "m1=http://h:1"),
                    settings -> {
                      throw new StartupException("no certificate");
                    }))
        .hasMessage("no certificate");
    assertThatThrownBy(
            () -> new KvNode(TestNodes.config(dir, "m1", "m1=http://h:2"), network::transport))
        .isInstanceOf(StartupException.class)
        .hasMessageContaining("from a start with other flags");
    assertThat(start("m1", "m1=http://h:1")).isNotNull();
  }

  private void startThree() {
    for (String name : List.of("m1", "m2", "m3")) {
      start(name, CLUSTER);
    }
    await()
        .atMost(SOON)
        .until(() -> nodes.values().stream().allMatch(node -> node.leader().isPresent()));
  }

  private KvNode start(String name, String cluster) {
    KvNode node = new KvNode(TestNodes.config(dir, name, cluster), network::transport);
    nodes.put(name, node);
    node.start();
    return node;
  }

  private KvNode leader() {
    return await()
        .atMost(SOON)
        .until(
            () ->
                nodes.values().stream()
                    .filter(node -> node.leader().equals(Optional.of(node.id())))
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private void awaitSame(int keys) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              List<Object> contents = new ArrayList<>();
              for (KvNode node : nodes.values()) {
                assertThat(node.keys()).isEqualTo(keys);
                contents.add(
                    node.list(ByteString.EMPTY, ByteString.EMPTY, 10_000, false)
                        .block(SOON)
                        .pairs());
              }
              assertThat(contents).allMatch(contents.get(0)::equals);
            });
  }

  private static KvNode.MemberView member(KvNode node, String name) {
    return await()
        .atMost(SOON)
        .until(
            () -> node.members().stream().filter(each -> each.name().equals(name)).findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  private static void put(KvNode node, String key, String value) {
    assertThat(node.put(bytes(key), bytes(value)).block(SOON)).isNotNull();
  }

  private static void putMany(KvNode node, int count) {
    Flux.range(0, count).flatMap(i -> node.put(bytes("k" + i), bytes("v" + i)), 50).blockLast(SOON);
  }

  private static Optional<String> get(KvNode node, String key) {
    return node.get(bytes(key), true).block(SOON).map(Value::bytes).map(ByteString::toStringUtf8);
  }
}
