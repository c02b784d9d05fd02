// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.PooledByteBufAllocator;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerRecorder.Direction;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MicrometerRecorderTest {

  private static final MemberId LOCAL = MemberId.of(0xa1);
  private static final MemberId PEER = MemberId.of(0x8e9e05c52164694dL);

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void whatIsRegisteredUnderTrafficIsWhatTheEnumSays(MeterNames names) {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build();
    PeerRecorder peer = recorder.peer(LOCAL, PEER);
    Traffic.appear(peer);
    Traffic.everything(peer);
    recorder.inboundStallBegan();
    recorder.inboundStalled(Duration.ofMillis(5));
    if (names == MeterNames.RAFTWIRE) {
      PooledBufferMetrics.of(PooledByteBufAllocator.DEFAULT).bindTo(registry);
      CertificateExpiryMetrics.of("peer", Instant::now).bindTo(registry);
    }

    Map<String, DocumentedMeter> documented =
        names.meters().stream().collect(Collectors.toMap(DocumentedMeter::getName, meter -> meter));
    List<Meter> registered =
        registry.getMeters().stream()
            .filter(meter -> meter.getId().syntheticAssociation() == null)
            .toList();
    assertThat(
            registered.stream().map(meter -> meter.getId().getName()).collect(Collectors.toSet()))
        .isEqualTo(documented.keySet());
    for (Meter meter : registered) {
      Meter.Id id = meter.getId();
      DocumentedMeter expected = documented.get(id.getName());
      assertThat(id.getType()).as("type of %s", id).isEqualTo(expected.getType());
      assertThat(id.getDescription()).isEqualTo(expected.meaning());
      assertThat(id.getBaseUnit() == null ? "" : id.getBaseUnit())
          .as("base unit of %s", id)
          .isEqualTo(
              names == MeterNames.ETCD && meter instanceof Timer ? "seconds" : unit(expected));
      assertThat(id.getTags().stream().map(Tag::getKey).collect(Collectors.toSet()))
          .as("tags of %s", id)
          .isEqualTo(keys(expected));
    }
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void prometheusFamiliesHaveTheNamesTheEnumSays(MeterNames names) {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MicrometerRecorder recorder = MicrometerRecorder.builder(prometheus).names(names).build();
    Traffic.appear(recorder.peer(LOCAL, PEER));
    Traffic.everything(recorder.peer(LOCAL, PEER));
    Traffic.appear(recorder.peer(LOCAL, PEER));
    PrometheusText text = PrometheusText.parse(prometheus.scrape());
    for (DocumentedMeter meter : names.meters()) {
      boolean lazy =
          meter == RaftwireMeter.BUFFER_MEMORY
              || meter == RaftwireMeter.CERTIFICATE_EXPIRY
              || meter == RaftwireMeter.CLOCK_DIFFERENCE
              || meter == RaftwireMeter.DROPPED_BYTES
              || meter == RaftwireMeter.DROPPED_MESSAGES
              || meter == RaftwireMeter.PEER_DISCONNECTS
              || meter == RaftwireMeter.SNAPSHOT_FAILURES
              || meter == RaftwireMeter.CLOSED_STREAMS;
      assertThat(text.families().containsKey(meter.prometheusName()))
          .as("%s is there from the start", meter.prometheusName())
          .isEqualTo(!lazy);
      if (!meter.buckets().isEmpty()) {
        assertThat(text.family(meter.prometheusName()).bounds())
            .as("buckets of %s", meter.prometheusName())
            .isEqualTo(
                Stream.concat(
                        meter.buckets().stream().map(MicrometerRecorderTest::seconds),
                        Stream.of(Double.POSITIVE_INFINITY))
                    .toList());
      }
    }
  }

  @Test
  void figuresArriveWhereTheyBelong() {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).build();
    PeerRecorder peer = recorder.peer(LOCAL, PEER);
    Traffic.appear(peer);
    peer.sent(PeerChannel.MSGAPP, 2, 300, 310);
    peer.sent(PeerChannel.MSGAPP, 1, 7, 9);
    peer.received(PeerChannel.MESSAGE, 4, 500, 520);
    peer.dropped(PeerChannel.MESSAGE, MessageClass.VOTE, DropReason.STREAM_LOST, 5, 600);
    peer.queued(PeerChannel.MSGAPP, 2_000_000);
    peer.probed(PeerChannel.MESSAGE, Duration.ofMillis(3), Duration.ofMillis(-1500));

    assertThat(counter("raftwire.sent.messages", "channel", "msgapp")).isEqualTo(3);
    assertThat(counter("raftwire.sent.bytes", "channel", "msgapp")).isEqualTo(307);
    assertThat(counter("raftwire.sent.wire.bytes", "channel", "msgapp")).isEqualTo(319);
    assertThat(counter("raftwire.sent.bytes", "channel", "message")).isZero();
    assertThat(counter("raftwire.received.bytes", "channel", "message")).isEqualTo(500);
    assertThat(
            counter(
                "raftwire.dropped.messages",
                "channel",
                "message",
                "class",
                "vote",
                "reason",
                "stream-lost"))
        .isEqualTo(5);
    assertThat(gauge("raftwire.queue.messages", "channel", "msgapp")).isEqualTo(3);
    assertThat(gauge("raftwire.queue.bytes", "channel", "msgapp")).isEqualTo(100);
    assertThat(gauge("raftwire.clock.difference")).isEqualTo(-1.5);
    Timer queued = registry.get("raftwire.queue.time").tag("channel", "msgapp").timer();
    assertThat(queued.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(2);
  }

  @Test
  void everyClassAndReasonHasAMeterOfItsOwn() {
    PeerRecorder peer = MicrometerRecorder.builder(registry).build().peer(LOCAL, PEER);
    Map<List<String>, Integer> expected = new HashMap<>();
    for (PeerChannel channel : PeerChannel.values()) {
      for (MessageClass messageClass : MessageClass.values()) {
        for (DropReason reason : DropReason.values()) {
          int bytes = expected.size() + 1;
          expected.put(List.of(channel.label(), messageClass.label(), reason.label()), bytes);
          peer.dropped(channel, messageClass, reason, 1, bytes);
        }
      }
    }
    expected.forEach(
        (labels, bytes) ->
            assertThat(
                    counter(
                        "raftwire.dropped.bytes",
                        "channel",
                        labels.get(0),
                        "class",
                        labels.get(1),
                        "reason",
                        labels.get(2)))
                .as("%s", labels)
                .isEqualTo(bytes.doubleValue()));
  }

  @Test
  void snapshotProgressGrowsAndEndsWithTheTransfer() {
    PeerRecorder peer = MicrometerRecorder.builder(registry).build().peer(LOCAL, PEER);
    peer.snapshotStarted(Direction.RECEIVE);
    peer.snapshotProgress(Direction.RECEIVE, 1000);
    peer.snapshotProgress(Direction.RECEIVE, 500);
    assertThat(gauge("raftwire.snapshot.inflight", "direction", "receive")).isEqualTo(1);
    assertThat(gauge("raftwire.snapshot.progress", "direction", "receive")).isEqualTo(1500);
    peer.snapshotEnded(Direction.RECEIVE, Duration.ofSeconds(2), null);
    assertThat(gauge("raftwire.snapshot.inflight", "direction", "receive")).isZero();
    assertThat(gauge("raftwire.snapshot.progress", "direction", "receive")).isZero();
    assertThat(counter("raftwire.snapshot.bytes", "direction", "receive")).isEqualTo(1500);
  }

  @Test
  void aStreamThatReplacesAnotherKeepsItsAge() {
    PeerRecorder peer = MicrometerRecorder.builder(registry).build().peer(LOCAL, PEER);
    String[] stream = {"channel", "message", "direction", "send"};
    peer.streamOpened(PeerChannel.MESSAGE, Direction.SEND);
    assertThat(gauge("raftwire.stream.age", stream)).isPositive();
    peer.streamOpened(PeerChannel.MESSAGE, Direction.SEND);
    peer.streamClosed(PeerChannel.MESSAGE, Direction.SEND, Reason.REPLACED, Duration.ofSeconds(1));
    assertThat(gauge("raftwire.stream.age", stream)).isPositive();
    peer.streamClosed(PeerChannel.MESSAGE, Direction.SEND, Reason.BROKEN, Duration.ofSeconds(1));
    assertThat(gauge("raftwire.stream.age", stream)).isZero();
    assertThat(counter("raftwire.opened.streams", stream)).isEqualTo(2);
    assertThat(counter("raftwire.closed.streams", "reason", "replaced")).isEqualTo(1);
    assertThat(counter("raftwire.closed.streams", "reason", "broken")).isEqualTo(1);
  }

  @Test
  void stallsShowWhileTheyLast() {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).build();
    recorder.inboundStallBegan();
    assertThat(gauge("raftwire.inbound.stalled")).isEqualTo(1);
    recorder.inboundStalled(Duration.ofMillis(5));
    assertThat(gauge("raftwire.inbound.stalled")).isZero();
    assertThat(registry.get("raftwire.inbound.stalls").timer().count()).isEqualTo(1);
  }

  @Test
  void reloadsOfCertificatesAreCountedByOutcome() {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).build();
    assertThat(counter("raftwire.certificate.reloads", "outcome", "success")).isZero();
    assertThat(counter("raftwire.certificate.reloads", "outcome", "failure")).isZero();
    recorder.certificatesReloaded();
    recorder.certificateReloadFailed();
    recorder.certificateReloadFailed();
    assertThat(counter("raftwire.certificate.reloads", "outcome", "success")).isEqualTo(1);
    assertThat(counter("raftwire.certificate.reloads", "outcome", "failure")).isEqualTo(2);
  }

  // ---- coming and going -----------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void aPeersMetersGoWithIt(MeterNames names) {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build();
    PeerRecorder other = recorder.peer(LOCAL, MemberId.of(2));
    Traffic.appear(other);
    Traffic.everything(other);
    Set<Meter.Id> before = ids();
    PeerRecorder peer = recorder.peer(LOCAL, PEER);
    Traffic.appear(peer);
    Traffic.everything(peer);
    assertThat(ids()).hasSizeGreaterThan(before.size());

    peer.close();
    assertThat(ids()).isEqualTo(before);
    Traffic.everything(peer);
    Traffic.appear(peer);
    assertThat(ids()).as("nothing comes back after close").isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void prometheusTextForgetsAPeerThatWent(MeterNames names) {
    PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    PeerRecorder peer =
        MicrometerRecorder.builder(prometheus).names(names).build().peer(LOCAL, PEER);
    Traffic.appear(peer);
    Traffic.everything(peer);
    assertThat(prometheus.scrape()).contains(PEER.toString());
    peer.close();
    assertThat(prometheus.scrape()).doesNotContain(PEER.toString());
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void aPeerThatComesBackStartsAnewEvenIfTheOldOneIsClosedLate(MeterNames names) {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build();
    String sent =
        names == MeterNames.ETCD ? "etcd_network_peer_sent_bytes_total" : "raftwire.sent.bytes";
    PeerRecorder first = recorder.peer(LOCAL, PEER);
    Traffic.appear(first);
    first.sent(PeerChannel.MESSAGE, 1, 10, 12);
    PeerRecorder second = recorder.peer(LOCAL, PEER);
    Traffic.appear(second);
    Set<Meter.Id> present = ids();
    second.sent(PeerChannel.MESSAGE, 1, 3, 5);
    first.sent(PeerChannel.MESSAGE, 1, 10, 12);
    first.close();
    assertThat(ids()).isEqualTo(present);
    assertThat(
            registry.find(sent).counters().stream().mapToDouble(counter -> counter.count()).sum())
        .isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void peerZeroHasNoSeries(MeterNames names) {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build();
    Set<Meter.Id> before = ids();
    PeerRecorder nobody = recorder.peer(LOCAL, MemberId.of(0));
    Traffic.appear(nobody);
    Traffic.everything(nobody);
    assertThat(ids()).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void strangersShareOneSetOfSeriesThatComesWithTheFirst(MeterNames names) {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build();
    Set<Meter.Id> before = ids();
    PeerRecorder strangers = recorder.strangers(LOCAL);
    assertThat(ids()).isEqualTo(before);
    strangers.received(PeerChannel.PIPELINE, 1, 10, 10);
    String key = names == MeterNames.ETCD ? "From" : "peer";
    assertThat(ids())
        .filteredOn(id -> !before.contains(id))
        .allSatisfy(id -> assertThat(id.getTag(key)).isEqualTo("stranger"));
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void aRemoteIsNotCalledInactive(MeterNames names) {
    MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build();
    recorder.peer(LOCAL, PEER).lane(PeerChannel.PIPELINE, Traffic.lane());
    assertThat(ids())
        .extracting(Meter.Id::getName)
        .doesNotContain("raftwire.peer.active", "etcd_network_active_peers");
  }

  @ParameterizedTest
  @EnumSource(MeterNames.class)
  void closingTheRecorderLeavesNothing(MeterNames names) {
    try (MicrometerRecorder recorder = MicrometerRecorder.builder(registry).names(names).build()) {
      Traffic.everything(recorder.peer(LOCAL, PEER));
      Traffic.everything(recorder.strangers(LOCAL));
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void transportsThatShareARegistryAreToldApartByTags() {
    for (String member : List.of("a", "b")) {
      MicrometerRecorder recorder =
          MicrometerRecorder.builder(registry).tags(Tags.of("member", member)).build();
      recorder.peer(LOCAL, PEER).sent(PeerChannel.MESSAGE, 1, 3, 5);
    }
    assertThat(counter("raftwire.sent.bytes", "member", "a")).isEqualTo(3);
    assertThat(counter("raftwire.sent.bytes", "member", "b")).isEqualTo(3);
  }

  private Set<Meter.Id> ids() {
    return registry.getMeters().stream().map(Meter::getId).collect(Collectors.toSet());
  }

  private double counter(String name, String... tags) {
    return registry.get(name).tags(tags).counter().count();
  }

  private double gauge(String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  private static String unit(DocumentedMeter meter) {
    return meter.getBaseUnit() == null ? "" : meter.getBaseUnit();
  }

  private static Set<String> keys(DocumentedMeter meter) {
    return Stream.of(meter.getKeyNames()).map(key -> key.asString()).collect(Collectors.toSet());
  }

  private static double seconds(Duration bound) {
    return bound.toNanos() / 1e9;
  }
}
