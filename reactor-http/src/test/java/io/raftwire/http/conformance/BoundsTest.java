// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each bound in room, connections and time. */
@Timeout(30)
class BoundsTest {

  private static final MemberId ME = MemberId.of(1);
  private static final MemberId PEER = MemberId.of(2);

  private final CountDownLatch over = new CountDownLatch(1);
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private RaftwirePeer member;

  @AfterEach
  void close() throws Exception {
    over.countDown();
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
  }

  private void start(UnaryOperator<RaftHttpConfig.Builder> change) {
    start("http://127.0.0.1:" + Ports.free(), change);
  }

  private void start(String peerUrl, UnaryOperator<RaftHttpConfig.Builder> change) {
    member = new RaftwirePeer(ME.value(), change);
    closeables.add(member);
    member.addPeer(PEER, peerUrl);
    member.start();
  }

  private RawHttp connect() {
    RawHttp http = RawHttp.connect(member.port());
    closeables.add(0, http);
    return http;
  }

  /** A stream of whose bytes nothing is read. */
  private RawHttp openUnread(String type, PeerChannel channel) {
    RawHttp http = RawHttp.connect(member.port(), 4096);
    closeables.add(0, http);
    http.send(RawRequest.stream(type, PEER, ME).toString());
    assertThat(http.head().status()).isEqualTo(200);
    Await.until("attached", () -> member.records(PEER).open(channel, Direction.SEND) == 1);
    return http;
  }

  // ---- lanes ----------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aFullLaneSaysSoButLetsVotesAndHeartbeatsIn(boolean byMessages) {
    start(
        config ->
            config.limits(
                l ->
                    (byMessages ? l.streamQueueMessages(100) : l.streamQueueBytes(1_000_000))
                        .urgentReserveMessages(10)));
    openUnread("message", PeerChannel.MESSAGE);
    // Large ones fill what is behind the lane; the lane is full when nothing moves any more.
    fill(byMessages ? 20_000 : 100_000);
    long held = member.records(PEER).lanes.get(PeerChannel.MESSAGE).messages();
    long bytes = member.records(PEER).lanes.get(PeerChannel.MESSAGE).bytes();
    assertThat(held).isLessThanOrEqualTo(byMessages ? 100 : 11);
    assertThat(bytes).isLessThanOrEqualTo(byMessages ? 100L * 20_100 : 1_000_000);
    assertThat(member.events(TransportEvent.PeerUnreachable.class)).isNotEmpty();

    int taken = 0;
    MessageType[] urgent = {
      MessageType.MsgVote, MessageType.MsgVoteResp, MessageType.MsgPreVote,
      MessageType.MsgPreVoteResp, MessageType.MsgTimeoutNow, MessageType.MsgHeartbeatResp
    };
    while (member.send(TestMessages.message(urgent[taken % urgent.length], ME, PEER).build())) {
      taken++;
    }
    // Where bytes are the bound, the number of messages up to its bound is room, too.
    assertThat(taken).isBetween(10, byMessages ? 10 : 4096 + 10);
    assertThat(member.offer(TestMessages.message(MessageType.MsgHeartbeat, ME, PEER).build()))
        .isEqualTo(SendOutcome.FULL);
  }

  /** Until the lane has been full for a while. */
  private void fill(int bytes) {
    long[] fullSince = {System.nanoTime()};
    Await.until(
        "the lane is full for good",
        () -> {
          while (member.send(TestMessages.bulk(ME, PEER, 1, bytes))) {
            fullSince[0] = System.nanoTime();
          }
          return System.nanoTime() - fullSince[0] > 200_000_000L;
        });
  }

  @Test
  void aNewerHeartbeatTakesThePlaceOfAnUnsentOne() {
    start(config -> config.limits(l -> l.streamQueueMessages(50).urgentReserveMessages(5)));
    RawHttp http = openUnread("message", PeerChannel.MESSAGE);
    fill(50_000);
    long before = member.records(PEER).lanes.get(PeerChannel.MESSAGE).messages();
    for (int i = 1; i <= 1_000; i++) {
      Message heartbeat =
          TestMessages.message(MessageType.MsgHeartbeat, ME, PEER).setTerm(1).setCommit(i).build();
      assertThat(member.offer(heartbeat)).isEqualTo(SendOutcome.QUEUED);
    }
    assertThat(member.records(PEER).lanes.get(PeerChannel.MESSAGE).messages())
        .isEqualTo(before + 1);
    assertThat(member.records(PEER).dropped(DropReason.SUPERSEDED)).isEqualTo(999);
    List<Message> heartbeats = new ArrayList<>();
    FrameReader frames = new FrameReader(http);
    while (heartbeats.isEmpty()) {
      Message message = frames.next();
      if (message.getType() == MessageType.MsgHeartbeat && message.getTo() != 0) {
        heartbeats.add(message);
      }
    }
    assertThat(heartbeats.get(0).getCommit()).isEqualTo(1_000);
  }

  @Test
  void aMessageOverTheLimitIsNotTaken() {
    start(config -> config.limits(l -> l.maxMessageBytes(10_000)));
    openUnread("message", PeerChannel.MESSAGE);
    assertThat(member.offer(TestMessages.bulk(ME, PEER, 1, 10_000)))
        .isEqualTo(SendOutcome.TOO_LARGE);
    assertThat(member.offer(TestMessages.bulk(ME, PEER, 1, 9_900))).isEqualTo(SendOutcome.QUEUED);
  }

  // ---- connections ----------------------------------------------------------------------------

  @Test
  void aRequestsHeadOverTheLimitIsRefused() {
    start(config -> config.limits(l -> l.maxHeaderBytes(2_000)));
    RawHttp http = connect();
    http.send(
        RawRequest.stream("message", PEER, ME).header("X-Filler", "x".repeat(3_000)).toString());
    assertThat(http.head().status()).isBetween(400, 499);
    assertThat(http.closedWithin(5_000)).isTrue();
    assertThat(connect().send(RawRequest.stream("message", PEER, ME).toString()).head().status())
        .isEqualTo(200);
  }

  @Test
  void oneConnectionTooManyIsClosed() {
    start(config -> config.limits(l -> l.maxConnections(3)));
    List<RawHttp> taken = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      taken.add(connect());
      RawHttp.Head head = taken.get(i).send(refusedRequest()).head();
      taken.get(i).body(head);
    }
    assertThat(connect().closedWithin(5_000)).isTrue();
    for (RawHttp http : taken.subList(1, 3)) {
      assertThat(http.send(refusedRequest()).head().status()).isEqualTo(412);
    }
    taken.get(0).close();
    Await.until(
        "there is room again",
        () -> {
          try (RawHttp http = RawHttp.connect(member.port())) {
            http.send(RawRequest.stream("message", PEER, ME).toString());
            return http.head().status() == 200;
          } catch (UncheckedIOException e) {
            return false;
          }
        });
  }

  /** One that is answered, and leaves the connection open. */
  private static String refusedRequest() {
    return RawRequest.stream("message", PEER, ME).header("X-Raft-To", "99").toString();
  }

  @Test
  void aConnectionWithoutARequestIsClosed() {
    start(config -> config.timeouts(t -> t.handshake(Duration.ofMillis(200))));
    RawHttp silent = connect();
    RawHttp slow = connect();
    slow.send("GET /raft/stream/message/2 HTTP/1.1\r\nX-Slow:");
    assertThat(slow.closedWithin(3_000)).isTrue();
    assertThat(silent.closedWithin(3_000)).isTrue();
  }

  @Test
  void aRequestThatComesByDropsIsClosed() {
    start(config -> config.timeouts(t -> t.handshake(Duration.ofMillis(200))));
    RawHttp slow = connect();
    // The first request is good, so it is the deadline of later ones that counts.
    RawHttp.Head head = slow.send(refusedRequest()).head();
    slow.body(head);
    assertThat(slow.readable()).isFalse();
    long began = System.nanoTime();
    Await.until(
        "it is closed",
        Duration.ofSeconds(5),
        () -> {
          try {
            slow.send("X");
            return slow.closedWithin(20);
          } catch (UncheckedIOException e) {
            return true;
          }
        });
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
  }

  // ---- silence --------------------------------------------------------------------------------

  @Test
  void aStreamOnWhichNothingArrivesIsDropped() {
    RawServer server =
        RawServer.streams(
            "message",
            (connection, request) -> {
              connection.send(RawServer.accepted());
              over.await();
            });
    closeables.add(server);
    start(server.url(), config -> config.timeouts(t -> t.read(Duration.ofMillis(300))));
    Await.until(
        "it is dropped and dialled again", () -> server.dials("/raft/stream/message").size() >= 3);
    assertThat(member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.RECEIVE))
        .containsOnly(Reason.READ_IDLE);
    List<RawServer.Dial> dials = server.dials("/raft/stream/message");
    assertThat(dials.get(1).nanos() - dials.get(0).nanos()).isGreaterThan(300_000_000L);
  }

  @ParameterizedTest
  @ValueSource(strings = {"msgapp", "message"})
  void linkHeartbeatsKeepAStream(String type) {
    byte[] heartbeat =
        type.equals("msgapp") ? Frames.MSGAPP_LINK_HEARTBEAT : Frames.MESSAGE_LINK_HEARTBEAT;
    RawServer server =
        RawServer.streams(
            type,
            (connection, request) -> {
              connection.send(RawServer.accepted());
              while (!over.await(50, TimeUnit.MILLISECONDS)) {
                connection.sendChunk(heartbeat);
              }
            });
    closeables.add(server);
    start(server.url(), config -> config.timeouts(t -> t.read(Duration.ofMillis(300))));
    Await.until("dialled", () -> server.dials("/raft/stream/" + type).size() == 1);
    Await.during(
        "it stays", Duration.ofMillis(900), () -> server.dials("/raft/stream/" + type).size() == 1);
    assertThat(member.received()).isEmpty();
  }

  @Test
  void aRequestForAStreamThatIsNotAnsweredIsGivenUp() {
    RawServer server = RawServer.streams("message", (connection, request) -> over.await());
    closeables.add(server);
    start(
        server.url(),
        config ->
            config.timeouts(t -> t.dial(Duration.ofMillis(100)).handshake(Duration.ofMillis(100))));
    Await.until("dialled again", () -> server.dials("/raft/stream/message").size() >= 3);
  }

  /** The peer's kernel takes no more, and nothing else says that the peer lives. */
  @Test
  void aStreamThatIsNotReadByAPeerWithoutASignOfLifeIsDropped() {
    start(
        config ->
            config.timeouts(
                t -> t.write(Duration.ofMillis(400)).linkHeartbeat(Duration.ofMillis(50))));
    openUnread("message", PeerChannel.MESSAGE);
    Await.until(
        "it is dropped",
        () -> {
          member.send(TestMessages.bulk(ME, PEER, 1, 500_000));
          return !member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.SEND).isEmpty();
        });
    assertThat(member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.SEND))
        .containsExactly(Reason.WRITE_STALLED);
    assertThat(member.records(PEER).dropped(DropReason.STREAM_LOST)).isPositive();
  }

  // ---- dials ----------------------------------------------------------------------------------

  @Test
  void aPeerThatRefusesIsDialledLessAndLess() {
    RawServer server = new RawServer(head -> null);
    closeables.add(server);
    start(
        server.url(),
        config ->
            config.timeouts(
                t -> t.redialMin(Duration.ofMillis(50)).redialMax(Duration.ofSeconds(60))));
    Await.until("six dials", () -> server.dials("/raft/stream/message").size() >= 6);
    List<RawServer.Dial> dials = server.dials("/raft/stream/message");
    long expected = 50;
    for (int i = 1; i < 6; i++) {
      long gapMillis = (dials.get(i).nanos() - dials.get(i - 1).nanos()) / 1_000_000;
      assertThat(gapMillis).isGreaterThanOrEqualTo(expected - 5);
      expected *= 2;
    }
  }

  @Test
  void aPeerThatEndsItsStreamsAtOnceIsDialledTenTimesASecond() {
    RawServer server =
        RawServer.streams(
            "message",
            (connection, request) -> connection.send(RawServer.accepted()).send("0\r\n\r\n"));
    closeables.add(server);
    start(
        server.url(),
        config ->
            config.timeouts(
                t -> t.redialMin(Duration.ofMillis(100)).redialMax(Duration.ofSeconds(2))));
    Await.until("ten dials", () -> server.dials("/raft/stream/message").size() >= 10);
    List<RawServer.Dial> dials = server.dials("/raft/stream/message");
    for (int i = 1; i < 10; i++) {
      assertThat(dials.get(i).nanos() - dials.get(i - 1).nanos()).isGreaterThan(95_000_000L);
    }
  }

  @Test
  void aSignOfLifeEndsTheWaitForTheNextDial() {
    RawServer server = new RawServer(head -> null);
    closeables.add(server);
    start(
        server.url(),
        config ->
            config.timeouts(
                t -> t.redialMin(Duration.ofMillis(20)).redialMax(Duration.ofHours(1))));
    // By now the waits are seconds long.
    Await.until("dials", () -> server.dials("/raft/stream/message").size() >= 7);
    int dials = server.dials("/raft/stream/message").size();
    RawHttp http = connect();
    http.send(RawRequest.stream("message", PEER, ME).toString());
    assertThat(http.head().status()).isEqualTo(200);
    Await.until(
        "it is dialled at once",
        Duration.ofMillis(900),
        () -> server.dials("/raft/stream/message").size() > dials);
  }
}
