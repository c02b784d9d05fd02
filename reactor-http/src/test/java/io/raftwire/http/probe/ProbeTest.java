// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerUrls;
import io.raftwire.TransportEvent;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.RawClient;
import io.raftwire.http.server.testkit.RawServer;
import io.raftwire.http.server.testkit.Recording;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ProbeTest {

  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final Duration INTERVAL = Duration.ofMillis(50);

  @Test
  void anybodyIsAnsweredTheTime() throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      List<Map<String, String>> shapes =
          List.of(
              Map.of("Host", "x"),
              Map.of("Host", "x", "User-Agent", "Go-http-client/1.1", "Accept-Encoding", "gzip"),
              Map.of("Host", "x", "Connection", "keep-alive"),
              Map.of("Host", "x", "Content-Length", "0"),
              Map.of("Host", "x"));
      for (Map<String, String> shape : shapes) {
        Instant before = Instant.now();
        client.head("GET", "/raft/probing", shape);
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("content-type", "text/plain; charset=utf-8");
        assertThat(answer.body())
            .matches("\\{\"OK\":true,\"Now\":\"\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z\"}\n");
        Health health = Health.parse(answer.body());
        assertThat(health.now()).isBetween(before, Instant.now());
      }
    }
  }

  @Test
  void aPairMeasuresRoundTripAndClocksOverBothKindsOfConnections() {
    Recording recording = new Recording();
    try (Member one =
            Member.start(
                1,
                config ->
                    config.recorder(recording).timeouts(times -> times.probeInterval(INTERVAL)));
        Member two = Member.start(2)) {
      one.know(two);
      for (PeerChannel over : List.of(PeerChannel.MESSAGE, PeerChannel.PIPELINE)) {
        await().atMost(WAIT).until(() -> recording.probes(two.id(), over).size() >= 3);
        assertThat(recording.probes(two.id(), over))
            .allSatisfy(
                probe -> {
                  assertThat(probe.roundTrip()).isBetween(Duration.ofNanos(1), WAIT);
                  assertThat(probe.clockDifference().abs()).isLessThan(Duration.ofSeconds(1));
                });
      }
      assertThat(one.events(TransportEvent.ClockDrift.class)).isEmpty();
      one.transport().removePeer(two.id());
      int after = recording.probes(two.id(), PeerChannel.PIPELINE).size();
      await()
          .during(INTERVAL.multipliedBy(4))
          .atMost(WAIT)
          .until(() -> recording.probes(two.id(), PeerChannel.PIPELINE).size() <= after + 1);
    }
  }

  @Test
  void aPeerThatIsSilentIsAskedAgainOverANewConnection() throws Exception {
    Recording recording = new Recording();
    AtomicInteger asked = new AtomicInteger();
    try (RawServer peer =
            RawServer.start(
                (request, reply) -> {
                  if (!request.path().equals("/raft/probing")) {
                    reply.send(404, "", "");
                  } else if (asked.incrementAndGet() > 2) {
                    reply.send(200, "", "{\"OK\":true,\"Now\":\"" + Instant.now() + "\"}");
                  }
                });
        Member member =
            Member.start(
                1,
                config ->
                    config
                        .recorder(recording)
                        .timeouts(
                            times ->
                                times
                                    .probeInterval(INTERVAL)
                                    .dial(Duration.ofMillis(200))
                                    .handshake(Duration.ofMillis(200))))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (PeerChannel over : List.of(PeerChannel.MESSAGE, PeerChannel.PIPELINE)) {
        await().atMost(WAIT).until(() -> recording.probes(MemberId.of(2), over).size() >= 2);
      }
      assertThat(recording.probeFailures(MemberId.of(2))).isEqualTo(2);
    }
  }

  @Test
  void aPeerThatSaysItIsNotWellIsNotMeasured() throws Exception {
    Recording recording = new Recording();
    try (RawServer peer =
            RawServer.start(
                (request, reply) ->
                    reply.send(200, "", "{\"OK\":false,\"Now\":\"" + Instant.now() + "\"}"));
        Member member =
            Member.start(
                1,
                config ->
                    config.recorder(recording).timeouts(times -> times.probeInterval(INTERVAL)))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      await().atMost(WAIT).until(() -> recording.probeFailures(MemberId.of(2)) >= 3);
      assertThat(recording.probes(MemberId.of(2), PeerChannel.PIPELINE)).isEmpty();
    }
  }

  @Test
  void aConnectionThatThePeerClosesIsReplaced() throws Exception {
    Recording recording = new Recording();
    try (Member one =
            Member.start(
                1,
                config ->
                    config.recorder(recording).timeouts(times -> times.probeInterval(INTERVAL)));
        Member two =
            Member.start(
                2,
                config -> config.timeouts(times -> times.idleConnection(INTERVAL.dividedBy(2))))) {
      one.know(two);
      for (PeerChannel over : List.of(PeerChannel.MESSAGE, PeerChannel.PIPELINE)) {
        await().atMost(WAIT).until(() -> recording.probes(two.id(), over).size() >= 5);
      }
      assertThat(recording.probeFailures(two.id())).isZero();
    }
  }

  @Test
  void aWrongClockIsReportedOnce() throws Exception {
    Recording recording = new Recording();
    try (RawServer peer =
            RawServer.start(
                (request, reply) -> {
                  String now =
                      Instant.now()
                          .minusSeconds(3600)
                          .atOffset(ZoneOffset.ofHoursMinutes(5, 30))
                          .toString();
                  reply.send(
                      request.path().equals("/raft/probing") ? 200 : 404,
                      "",
                      "{\"OK\":true,\"Now\":\"" + now + "\"}\n");
                });
        Member member =
            Member.start(
                1,
                config ->
                    config.recorder(recording).timeouts(times -> times.probeInterval(INTERVAL)))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      await()
          .atMost(WAIT)
          .until(
              () ->
                  recording.probes(MemberId.of(2), PeerChannel.MESSAGE).size() >= 4
                      && recording.probes(MemberId.of(2), PeerChannel.PIPELINE).size() >= 4);
      assertThat(recording.probes(MemberId.of(2), PeerChannel.MESSAGE).get(0).clockDifference())
          .isBetween(Duration.ofSeconds(-3605), Duration.ofSeconds(-3595));
      await().atMost(WAIT).until(() -> member.events(TransportEvent.ClockDrift.class).size() == 1);
      TransportEvent.ClockDrift drift = member.events(TransportEvent.ClockDrift.class).get(0);
      assertThat(drift.peer()).isEqualTo(MemberId.of(2));
      assertThat(drift.difference())
          .isBetween(Duration.ofSeconds(-3605), Duration.ofSeconds(-3595));
      RawServer.Request request = peer.requests("/raft/probing").get(0);
      assertThat(request.line()).isEqualTo("GET /raft/probing HTTP/1.1");
      assertThat(request.body()).isEmpty();
    }
  }

  @Test
  void aBadAnswerIsAFailureAndTheNextProbeGoesOn() throws Exception {
    Recording recording = new Recording();
    AtomicReference<String> answer = new AtomicReference<>("<html>");
    try (RawServer peer =
            RawServer.start(
                (request, reply) ->
                    reply.send(
                        request.path().equals("/raft/probing") && !answer.get().equals("500")
                            ? 200
                            : 500,
                        "",
                        answer.get()));
        Member member =
            Member.start(
                1,
                config ->
                    config.recorder(recording).timeouts(times -> times.probeInterval(INTERVAL)))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (String bad :
          List.of("<html>", "", "{\"OK\":true,\"Now\":\"x\"}", "500", "{".repeat(500_000))) {
        answer.set(bad);
        long before = recording.probeFailures(MemberId.of(2));
        await().atMost(WAIT).until(() -> recording.probeFailures(MemberId.of(2)) >= before + 4);
      }
      assertThat(recording.probes(MemberId.of(2), PeerChannel.PIPELINE)).isEmpty();
      answer.set("{\"OK\":true,\"Now\":\"" + Instant.now() + "\"}");
      await()
          .atMost(WAIT)
          .until(
              () ->
                  !recording.probes(MemberId.of(2), PeerChannel.PIPELINE).isEmpty()
                      && !recording.probes(MemberId.of(2), PeerChannel.MESSAGE).isEmpty());
    }
  }
}
