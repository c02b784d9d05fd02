// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.Peer;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.http.server.testkit.Ports;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, with which answer, in the order of the protocol's table. */
@Timeout(30)
class GuardTest {

  private static final MemberId ME = MemberId.of(1);
  private static final MemberId PEER = MemberId.of(0xabc);
  private static final MemberId STRANGER = MemberId.of(0xdef);

  private RaftwirePeer member;

  @BeforeEach
  void start() {
    member =
        new RaftwirePeer(
            ME.value(),
            config ->
                config.timeouts(
                    t ->
                        t.linkHeartbeat(Duration.ofHours(1))
                            .read(Duration.ofHours(1))
                            .redialMin(Duration.ofHours(1))));
    // Nobody listens there: what comes to the peer comes by the streams it opens.
    member.addPeer(PEER, "http://127.0.0.1:" + Ports.free());
    member.start();
  }

  @AfterEach
  void stop() {
    member.stop();
  }

  private void assertRefused(RawRequest request, int status, String body) {
    assertRefused(request.toString(), status, body, true);
  }

  private void assertRefused(String request, int status, String body, boolean withClusterId) {
    try (RawHttp http = RawHttp.connect(member.port())) {
      RawHttp.Head head = http.send(request).head();
      assertThat(head.status()).isEqualTo(status);
      assertThat(http.body(head)).isEqualTo(body);
      assertThat(head.field("content-type")).isEqualTo("text/plain; charset=utf-8");
      if (withClusterId) {
        assertThat(head.field("X-Etcd-Cluster-ID")).isEqualTo(RaftwirePeer.CLUSTER.toString());
      }
    }
  }

  private void assertAccepted(RawRequest request) {
    try (RawHttp http = RawHttp.connect(member.port())) {
      RawHttp.Head head = http.send(request.toString()).head();
      assertThat(head.status()).isEqualTo(200);
    }
  }

  private static RawRequest stream() {
    return RawRequest.stream("msgapp", PEER, ME);
  }

  // ---- the table ------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "HEAD"})
  void aStreamIsAskedForByGet(String method) {
    // Everything else is wrong, too, and must not be what the answer is about.
    RawRequest request =
        stream().method(method).header("X-Server-Version", null).header("X-Etcd-Cluster-ID", "1");
    try (RawHttp http = RawHttp.connect(member.port())) {
      RawHttp.Head head = http.send(request.toString()).head();
      assertThat(head.status()).isEqualTo(405);
      assertThat(head.field("Allow")).isEqualTo("GET");
      if (!method.equals("HEAD")) {
        assertThat(http.body(head)).isEqualTo("Method Not Allowed\n");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"/raft,GET", "/raft,PUT", "/raft/snapshot,GET"})
  void messagesAndSnapshotsArePosted(String path, String method) {
    try (RawHttp http = RawHttp.connect(member.port())) {
      RawHttp.Head head =
          http.send(RawRequest.post(PEER, 0).method(method).path(path).toString()).head();
      assertThat(head.status()).isEqualTo(405);
      assertThat(head.field("Allow")).isEqualTo("POST");
      assertThat(http.body(head)).isEqualTo("Method Not Allowed\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "2.3.8, 2.0.0", // too old for me
        "2.9.9, -",
        "-, -", // missing is 2.0.0
        "-, 3.0.0",
        "none, 3.0.0", // no version at all
        "3.8.0, 3.8.0", // I am too old for it
        "4.1.0, 4.0.0"
      })
  void versionsThatDoNotGoTogether(String version, String minimum) {
    RawRequest request =
        stream()
            .header("X-Server-Version", version)
            .header("X-Min-Cluster-Version", minimum)
            .header("X-Etcd-Cluster-ID", "1");
    assertRefused(request, 412, "incompatible version\n");
    assertRefused(
        RawRequest.post(PEER, 0)
            .header("X-Server-Version", version)
            .header("X-Min-Cluster-Version", minimum)
            .header("X-Etcd-Cluster-ID", "1"),
        412,
        "incompatible version\n");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "3.0.0, 3.0.0",
        "3.7.99, 3.7.99",
        "3.4.0, -",
        "4.0.0, 3.7.5",
        "3.8.0-alpha.0, 3.0.0"
      })
  void versionsThatGoTogether(String version, String minimum) {
    assertAccepted(
        stream().header("X-Server-Version", version).header("X-Min-Cluster-Version", minimum));
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"1", "-", "8E9E05C52164694D", "08e9e05c52164694d", "''"})
  void anotherCluster(String clusterId) {
    RawRequest request = stream().header("X-Etcd-Cluster-ID", clusterId);
    assertRefused(request.path("/raft/stream/other/x"), 412, "cluster ID mismatch\n");
    assertRefused(
        RawRequest.post(PEER, 0).header("X-Etcd-Cluster-ID", clusterId),
        412,
        "cluster ID mismatch\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/raft/stream/other/abc",
        "/raft/stream/msgappv1/abc",
        "/raft/stream/abc",
        "/raft/stream/message/abc/def",
        "/raft/stream/"
      })
  void anUnknownStream(String path) {
    assertRefused(stream().path(path), 404, "invalid path\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"xyz", "", "0x1", "-1", "11112222333344445"})
  void anIdThatDoesNotParse(String id) {
    assertRefused(stream().path("/raft/stream/msgapp/" + id), 404, "invalid from\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/raft/nowhere", "/raft/streams", "/", "/metrics"})
  void anUnknownPath(String path) {
    assertRefused(stream().path(path).toString(), 404, "404 page not found\n", false);
  }

  @Test
  void aRemovedMemberIsTold() {
    member.transport().removedMembers(PEER::equals);
    assertRefused(stream().header("X-Raft-To", "99"), 410, "removed member\n");
    member.transport().removedMembers(STRANGER::equals);
    assertRefused(RawRequest.stream("message", STRANGER, ME), 410, "removed member\n");
    assertAccepted(stream());
  }

  @Test
  void aStrangerIsRefusedAndRemembered() {
    assertThat(member.offer(TestMessages.numbered(ME, STRANGER, 1)))
        .isEqualTo(SendOutcome.UNKNOWN_PEER);
    assertRefused(RawRequest.stream("message", STRANGER, ME), 404, "error sender not found\n");
    assertThat(member.offer(TestMessages.numbered(ME, STRANGER, 1)))
        .isEqualTo(SendOutcome.UNKNOWN_PEER);
    try (RawServer stranger = new RawServer(head -> null)) {
      assertRefused(
          RawRequest.stream("message", STRANGER, ME)
              .header("X-Raft-To", "99")
              .header("X-PeerURLs", stranger.url()),
          404,
          "error sender not found\n");
      assertThat(member.offer(TestMessages.numbered(ME, STRANGER, 1)))
          .isEqualTo(SendOutcome.QUEUED);
      Await.until("it is sent to", () -> !stranger.dials("/raft").isEmpty());
      assertThat(stranger.heads().get(0).first()).isEqualTo("POST /raft HTTP/1.1");
      assertThat(member.transport().peers()).extracting(Peer::id).containsExactly(PEER);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"http://", "http://h:1/path", "ftp://127.0.0.1:1", ",", "http://127.0.0.1"})
  void aStrangerWithoutGoodUrlsIsNotRemembered(String urls) {
    assertRefused(
        RawRequest.stream("message", STRANGER, ME).header("X-PeerURLs", urls),
        404,
        "error sender not found\n");
    assertThat(member.offer(TestMessages.numbered(ME, STRANGER, 1)))
        .isEqualTo(SendOutcome.UNKNOWN_PEER);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {"2", "-", "01", "x"})
  void aStreamMeantForSomebodyElse(String to) {
    assertRefused(stream().header("X-Raft-To", to), 412, "to field mismatch\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"msgapp", "message"})
  void anAcceptedStreamIsAnsweredBeforeThereIsAnythingToWrite(String type) {
    try (RawHttp http = RawHttp.connect(member.port())) {
      RawHttp.Head head = http.send(RawRequest.stream(type, PEER, ME).toString()).head();
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.field("X-Etcd-Cluster-ID")).isEqualTo(RaftwirePeer.CLUSTER.toString());
      assertThat(head.field("X-Server-Version")).isEqualTo("3.7.1");
      assertThat(head.field("Transfer-Encoding")).isEqualTo("chunked");
      Await.during("no frame comes", Duration.ofMillis(100), () -> !http.readable());
    }
  }

  /** The guards refuse requests, not connections. */
  @Test
  void aRefusedConnectionMayAskAgain() {
    try (RawHttp http = RawHttp.connect(member.port())) {
      RawHttp.Head refused = http.send(stream().header("X-Raft-To", "99").toString()).head();
      http.body(refused);
      assertThat(refused.status()).isEqualTo(412);
      assertThat(http.send(stream().toString()).head().status()).isEqualTo(200);
    }
  }

  // ---- what the dialling side makes of refusals -----------------------------------------------

  @Test
  void aRemovedMemberIsReportedOnce() {
    try (RawServer server =
            new RawServer(
                head -> (connection, request) -> connection.send(RawServer.refusal(410, "gone")));
        RaftwirePeer dialler = RaftwirePeer.create(5)) {
      dialler.addPeer(PEER, server.url());
      dialler.start();
      assertRemovedOnce(dialler, server, 1);
      // Added anew, it is worth telling anew.
      dialler.transport().removePeer(PEER);
      dialler.addPeer(PEER, server.url());
      assertRemovedOnce(dialler, server, 2);
    }
  }

  @Test
  void aForbiddenPostSaysRemovedToo() {
    try (RawServer server =
            new RawServer(
                head ->
                    head.path().equals("/raft")
                        ? (connection, request) -> connection.send(RawServer.refusal(403, "no"))
                        : null);
        RaftwirePeer dialler = RaftwirePeer.create(5)) {
      dialler.addPeer(PEER, server.url());
      dialler.start();
      for (int i = 0; i < 10; i++) {
        assertThat(dialler.send(TestMessages.numbered(dialler.id(), PEER, i))).isTrue();
      }
      Await.until("all are posted", () -> dialler.records(PEER).dropped.get() == 10);
      assertRemovedOnce(dialler, server, 1);
      assertThat(dialler.records(PEER).dropped(DropReason.POST_FAILED)).isEqualTo(10);
      assertThat(dialler.reportedDrops()).isEqualTo(10);
    }
  }

  private static void assertRemovedOnce(RaftwirePeer dialler, RawServer server, int times) {
    Await.until(
        "it is reported", () -> dialler.events(TransportEvent.MemberRemoved.class).size() >= times);
    int dials = server.dials("/raft").size();
    Await.until("more dials", () -> server.dials("/raft/stream").size() >= dials + 4);
    List<TransportEvent.MemberRemoved> events = dialler.events(TransportEvent.MemberRemoved.class);
    assertThat(events).hasSize(times);
    assertThat(events.get(0).peer()).isEqualTo(PEER);
    assertThat(events.get(0).cause().reason()).isEqualTo(LinkFailure.Reason.REMOVED);
  }

  @Test
  void aForeignClusterIsReported() {
    try (RawServer server =
            new RawServer(
                head ->
                    (connection, request) ->
                        connection.send(
                            RawServer.refusal(412, "cluster ID mismatch")
                                .replace(RaftwirePeer.CLUSTER.toString(), "77")));
        RaftwirePeer dialler = RaftwirePeer.create(5)) {
      dialler.addPeer(PEER, server.url());
      dialler.start();
      Await.until(
          "it is reported",
          () -> !dialler.events(TransportEvent.ClusterIdMismatch.class).isEmpty());
      assertThat(dialler.events(TransportEvent.ClusterIdMismatch.class).get(0))
          .isEqualTo(new TransportEvent.ClusterIdMismatch(PEER, RaftwirePeer.CLUSTER, "77"));
    }
  }

  @Test
  void anIncompatibleVersionIsReported() {
    try (RawServer server =
            new RawServer(
                head ->
                    (connection, request) ->
                        connection.send(RawServer.refusal(412, "incompatible version")));
        RaftwirePeer dialler = RaftwirePeer.create(5)) {
      dialler.addPeer(PEER, server.url());
      dialler.start();
      Await.until(
          "it is reported",
          () -> !dialler.events(TransportEvent.IncompatibleVersion.class).isEmpty());
      assertThat(dialler.events(TransportEvent.IncompatibleVersion.class).get(0).detail())
          .contains("3.7.1");
    }
  }

  @Test
  void theDialledRequestSaysWhoCalls() {
    try (RawServer server = new RawServer(head -> null);
        RaftwirePeer dialler = RaftwirePeer.create(0xf00000000000000fL)) {
      dialler.addPeer(PEER, server.url());
      dialler.start();
      Await.until(
          "both are asked for",
          () ->
              !server.dials("/raft/stream/msgapp/").isEmpty()
                  && !server.dials("/raft/stream/message/").isEmpty());
      for (RawHttp.Head head : server.heads()) {
        if (!head.path().startsWith("/raft/stream/")) {
          continue;
        }
        assertThat(head.first())
            .matches("GET /raft/stream/(msgapp|message)/f00000000000000f HTTP/1.1");
        assertThat(head.field("X-Server-From")).isEqualTo("f00000000000000f");
        assertThat(head.field("X-Server-Version")).isEqualTo("3.7.1");
        assertThat(head.field("X-Min-Cluster-Version")).isEqualTo("3.0.0");
        assertThat(head.field("X-Etcd-Cluster-ID")).isEqualTo(RaftwirePeer.CLUSTER.toString());
        assertThat(head.field("X-PeerURLs")).isEqualTo(dialler.url());
        assertThat(head.field("X-Raft-To")).isEqualTo("abc");
      }
    }
  }
}
