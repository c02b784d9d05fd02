// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportEvent;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.FakeNetwork;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.TestNodes;
import io.raftwire.metrics.MeterNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.BaseSubscriber;

@Timeout(60)
class PageFeedTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir private Path dir;

  private KvNode node;

  @BeforeEach
  void start() {
    node =
        new KvNode(
            TestNodes.config(dir, "m1", "m1=http://h:1,m2=http://h:2"),
            new FakeNetwork()::transport);
    node.start();
  }

  @AfterEach
  void stop() {
    node.stop();
  }

  @Test
  void whoIsTooSlowMissesSamplesAndIsThenToldAllAnew() throws Exception {
    NodeMeters meters = new NodeMeters(MeterNames.RAFTWIRE);
    try (PageFeed feed =
        new PageFeed(node, meters, new Faults(node, false), Duration.ofMillis(20))) {
      feed.start();
      List<String> seen = new CopyOnWriteArrayList<>();
      BaseSubscriber<byte[]> slow =
          new BaseSubscriber<>() {
            @Override
            protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
              request(1);
            }

            @Override
            protected void hookOnNext(byte[] event) {
              seen.add(new String(event, StandardCharsets.UTF_8));
            }
          };
      feed.view().subscribe(slow);
      await().until(() -> seen.size() == 1);
      await().until(() -> Long.parseLong(seq(feed)) > seqOf(seen.get(0)) + 10);
      slow.request(2);
      await().until(() -> seen.size() == 3);
      slow.request(1);
      await().until(() -> seen.size() == 4);
      // It is behind by one at most, however long it waited: the second was kept for it.
      assertThat(seen.get(0)).startsWith("event: full");
      assertThat(seqOf(seen.get(1))).isGreaterThan(seqOf(seen.get(0)) + 9);
      assertThat(seen.get(1)).startsWith("event: full");
      assertThat(seen.subList(2, 4)).anyMatch(event -> event.startsWith("event: tick"));
      slow.cancel();
      assertThat(feed.viewers()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void aSampleIsWhatTheMetersSayInEitherVocabulary(MeterNames names) {
    NodeMeters meters = new NodeMeters(names);
    KvNode.MemberView other =
        node.members().stream().filter(member -> !member.self()).findFirst().orElseThrow();
    PeerRecorder recorder = meters.recorder().peer(node.id(), other.id());
    recorder.sent(PeerChannel.MSGAPP, 3, 300, 330);
    recorder.received(PeerChannel.MESSAGE, 5, 50, 55);
    recorder.dropped(PeerChannel.PIPELINE, MessageClass.VOTE, DropReason.FULL, 2, 20);
    recorder.sendFailed(PeerChannel.PIPELINE);
    recorder.probed(PeerChannel.MESSAGE, Duration.ofMillis(4), Duration.ofMillis(-7));
    EventLog events = new EventLog(MemberId::toString, System::currentTimeMillis);
    Sampler sampler =
        new Sampler(
            node,
            meters,
            new Faults(node, false),
            events,
            new Neighbours(),
            new java.util.concurrent.ConcurrentHashMap<>(),
            1000);
    Sample first = sampler.take();
    assertThat(first.seq()).isEqualTo(1);
    assertThat(first.self().name()).isEqualTo("m1");
    Sample.Link link =
        first.members().stream().filter(member -> !member.self()).findFirst().orElseThrow().link();
    assertThat(link.dropped()).isEqualTo(2);
    assertThat(link.drops()).containsExactly(new Sample.Drop("pipeline", "vote", "full", 2));
    assertThat(link.rtt()).isEqualTo(4);
    assertThat(link.clock()).isEqualTo(-7);
    assertThat(link.channels()).extracting(Sample.Channel::name).isEqualTo(Readings.CHANNELS);
    assertThat(link.channels().get(0).sent().messages()).isEqualTo(3);
    assertThat(link.channels().get(0).sent().bytes()).isEqualTo(300);
    assertThat(link.channels().get(1).received().messages()).isEqualTo(5);
    assertThat(link.channels().get(2).sendFailures()).isEqualTo(1);

    // Counted from zero again, as after a removal: no rate below zero.
    recorder.close();
    meters.recorder().peer(node.id(), other.id()).sent(PeerChannel.MSGAPP, 1, 1, 1);
    Sample.Link anew =
        sampler.take().members().stream()
            .filter(member -> !member.self())
            .findFirst()
            .orElseThrow()
            .link();
    assertThat(anew.channels().get(0).sent().messageRate()).isPositive();
    assertThat(anew.dropRate()).isNotNegative();
    assertThat(meters.text())
        .contains(names == MeterNames.ETCD ? "etcd_network_peer_sent_bytes" : "raftwire_sent_bytes")
        .contains("raftwire_buffer_memory_bytes{memory=\"direct\"}");
  }

  @Test
  void dropsOfAKindAreOneEventAndTheOldestEventsGo() {
    AtomicLong now = new AtomicLong(1_000_000);
    EventLog log = new EventLog(id -> "m2", now::get);
    MemberId peer = MemberId.parse("2");
    for (int i = 0; i < 1000; i++) {
      log.happened(
          new TransportEvent.MessagesDropped(peer, PeerChannel.MSGAPP, DropReason.FULL, 2, 9));
    }
    assertThat(log.takeFresh())
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.text()).isEqualTo("dropped 2000 messages of m2 on msgapp: full"));
    log.happened(
        new TransportEvent.MessagesDropped(peer, PeerChannel.MSGAPP, DropReason.FULL, 1, 9));
    assertThat(log.takeFresh()).isEmpty();
    now.addAndGet(5000);
    assertThat(log.takeFresh())
        .extracting(Sample.Event::text)
        .containsExactly("dropped 1 message of m2 on msgapp: full");
    log.happened(
        new TransportEvent.PeerInactive(
            peer,
            LinkFailure.of(
                PeerChannel.MESSAGE, "read", LinkFailure.Reason.READ_IDLE, "nothing for 5 s")));
    assertThat(log.failure(peer)).isEqualTo("message read: nothing for 5 s");
    log.happened(new TransportEvent.PeerActive(peer, PeerChannel.MESSAGE));
    assertThat(log.failure(peer)).isNull();
    for (int i = 0; i < 1000; i++) {
      log.add("info", null, "event " + i);
    }
    assertThat(log.all()).hasSize(EventLog.KEPT);
    assertThat(log.takeFresh()).hasSize(EventLog.KEPT);
  }

  private static String seq(PageFeed feed) {
    byte[] event = feed.view().blockFirst(Duration.ofSeconds(5));
    return Long.toString(seqOf(new String(event, StandardCharsets.UTF_8)));
  }

  private static long seqOf(String event) {
    try {
      JsonNode data = JSON.readTree(event.substring(event.indexOf("data: ") + 6));
      return (data.has("sample") ? data.get("sample") : data).get("seq").asLong();
    } catch (IOException e) {
      throw new AssertionError(event, e);
    }
  }
}
