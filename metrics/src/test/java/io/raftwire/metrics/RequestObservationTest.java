// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import io.raftwire.ClusterId;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerUrls;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class RequestObservationTest {

  private static final MemberId ONE = MemberId.of(1);
  private static final MemberId TWO = MemberId.of(2);

  private final List<String> ended = new CopyOnWriteArrayList<>();
  private final ObservationRegistry observations = ObservationRegistry.create();

  RequestObservationTest() {
    observations.observationConfig().observationHandler(new Tracer());
  }

  @Test
  void aRequestIsObservedFromItsBeginningToItsEndAndCarriesTheTracersHeader() {
    PeerRecorder peer = recorder().peer(ONE, TWO);
    Map<String, String> headers = new HashMap<>();
    PeerRecorder.Request request = peer.request(PeerChannel.PIPELINE, headers::put);
    assertThat(headers).containsEntry("traceparent", "raftwire.request");
    assertThat(ended).isEmpty();
    request.ended(null);
    peer.request(PeerChannel.SNAPSHOT, headers::put)
        .ended(
            LinkFailure.of(
                PeerChannel.SNAPSHOT, "post", LinkFailure.Reason.WRITE_STALLED, "no progress"));
    assertThat(ended)
        .containsExactly("2 pipeline none", "2 snapshot write-stalled snapshot post: no progress");
  }

  @Test
  void withoutARegistryNothingIsObserved() {
    PeerRecorder peer =
        MicrometerRecorder.builder(new SimpleMeterRegistry()).build().peer(ONE, TWO);
    assertThat(peer.request(PeerChannel.PIPELINE, (key, value) -> {}))
        .isSameAs(PeerRecorder.Request.UNOBSERVED);
  }

  @Test
  void aTransportHasItsPostsObserved() {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      urls.add("http://127.0.0.1:" + Program.freePort());
    }
    RaftHttpTransport one = transport(ONE, urls.get(0));
    RaftHttpTransport two = transport(TWO, urls.get(1));
    try {
      one.addPeer(TWO, PeerUrls.of(urls.get(1)));
      two.addPeer(ONE, PeerUrls.of(urls.get(0)));
      two.inbound().subscribe();
      two.start().then(one.start()).block(Duration.ofSeconds(10));
      one.send(snapshot());
      await("the POST of a message").until(() -> ended.contains("2 pipeline none"));
      // Nobody stores snapshots here, so this one is refused.
      one.sendSnapshot(snapshot(), Mono.empty())
          .onErrorResume(refused -> Mono.empty())
          .block(Duration.ofSeconds(10));
      assertThat(ended).anyMatch(request -> request.startsWith("2 snapshot refused"));
    } finally {
      Mono.when(one.stop(), two.stop()).block(Duration.ofSeconds(20));
    }
  }

  private MicrometerRecorder recorder() {
    return MicrometerRecorder.builder(new SimpleMeterRegistry()).observations(observations).build();
  }

  private RaftHttpTransport transport(MemberId id, String url) {
    return RaftHttpTransport.create(
        RaftHttpConfig.builder(id, ClusterId.of(0x1000))
            .listenUrls(PeerUrls.of(url))
            .recorder(recorder())
            .build());
  }

  private static Message snapshot() {
    return Message.newBuilder()
        .setType(MessageType.MsgSnap)
        .setFrom(ONE.value())
        .setTo(TWO.value())
        .setTerm(1)
        .setSnapshot(
            Snapshot.newBuilder().setMetadata(SnapshotMetadata.newBuilder().setIndex(7).setTerm(1)))
        .build();
  }

  /** Sets a header as a tracer does, and notes what has ended. */
  private final class Tracer implements ObservationHandler<SenderContext<Object>> {

    @Override
    public boolean supportsContext(Observation.Context context) {
      return context instanceof SenderContext;
    }

    @Override
    public void onStart(SenderContext<Object> context) {
      context.getSetter().set(context.getCarrier(), "traceparent", context.getName());
    }

    @Override
    public void onStop(SenderContext<Object> context) {
      String text =
          context.getLowCardinalityKeyValue("peer").getValue()
              + ' '
              + context.getLowCardinalityKeyValue("channel").getValue()
              + ' '
              + context.getLowCardinalityKeyValue("reason").getValue();
      Throwable error = context.getError();
      ended.add(error == null ? text : text + ' ' + error.getMessage());
    }
  }
}
