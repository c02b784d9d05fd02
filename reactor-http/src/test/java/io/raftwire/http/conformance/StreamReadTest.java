// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reading side of streams, against a peer that writes its frames by hand. */
@Timeout(30)
class StreamReadTest {

  private static final MemberId ME = MemberId.of(1);
  private static final MemberId PEER = MemberId.of(2);

  private final CountDownLatch over = new CountDownLatch(1);
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private RaftwirePeer member;

  @BeforeEach
  void create() {
    member =
        new RaftwirePeer(
            ME.value(),
            config ->
                config
                    .limits(l -> l.maxMessageBytes(100_000).maxEntriesPerFrame(50))
                    .timeouts(t -> t.read(Duration.ofSeconds(10))));
    closeables.add(member);
  }

  @AfterEach
  void close() throws Exception {
    over.countDown();
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
  }

  /** A peer that writes these bytes, one chunk each, on every stream of a kind, and waits. */
  private RawServer peer(String type, byte[]... chunks) {
    RawServer server =
        RawServer.streams(
            type,
            (connection, request) -> {
              connection.send(RawServer.accepted());
              for (byte[] chunk : chunks) {
                connection.sendChunk(chunk);
              }
              over.await();
            });
    closeables.add(0, server);
    member.addPeer(PEER, server.url());
    member.start();
    return server;
  }

  private List<Message> awaitMessages(int count) {
    Await.until(count + " messages", () -> member.received().size() >= count);
    return List.copyOf(member.received());
  }

  static Stream<MessageType> localTypes() {
    return TestMessages.localTypes();
  }

  // ---- what may come in -----------------------------------------------------------------------

  @ParameterizedTest
  @MethodSource("localTypes")
  void localTypesAreNeitherSentNorTaken(MessageType type) {
    Message local = TestMessages.message(type, PEER, ME).setTerm(4).build();
    Message good = TestMessages.numbered(PEER, ME, 7);
    RawServer server = peer("message", Frames.join(Frames.message(local), Frames.message(good)));
    assertThat(member.offer(TestMessages.message(type, ME, PEER).build()))
        .isEqualTo(SendOutcome.LOCAL_TYPE);
    assertThat(awaitMessages(1)).containsExactly(good);
    assertThat(member.records(PEER).dropped(DropReason.LOCAL_TYPE)).isEqualTo(1);
    assertStreamStays(server, "message");
    Await.until(
        "the drop is reported",
        () -> !member.events(TransportEvent.MessagesDropped.class).isEmpty());
  }

  @Test
  void localTypesAreDroppedFromTheOtherStreamToo() {
    Message local = TestMessages.message(MessageType.MsgHup, PEER, ME).build();
    Message good = TestMessages.append(PEER, ME, 1, 5, ByteString.EMPTY);
    RawServer server = peer("msgapp", Frames.whole(local), Frames.whole(good));
    assertThat(awaitMessages(1)).containsExactly(good);
    assertThat(member.records(PEER).dropped(DropReason.LOCAL_TYPE)).isEqualTo(1);
    assertStreamStays(server, "msgapp");
  }

  /** A follower passes a read on to the leader as it came, with the asking member's id in from. */
  @Test
  void aForwardedMessageMayNameAnotherSender() {
    Message forwarded = TestMessages.message(MessageType.MsgReadIndex, MemberId.of(3), ME).build();
    peer("message", Frames.message(forwarded));
    assertThat(awaitMessages(1)).containsExactly(forwarded);
  }

  @Test
  void aMessageThatIsNotFromThePeerOrNotForMeIsDropped() {
    Message good = TestMessages.numbered(PEER, ME, 7);
    RawServer server =
        peer(
            "message",
            Frames.message(TestMessages.numbered(MemberId.of(3), ME, 1)),
            Frames.message(TestMessages.numbered(PEER, MemberId.of(3), 2)),
            Frames.message(TestMessages.numbered(ME, ME, 3)),
            Frames.message(
                TestMessages.message(MessageType.MsgAppResp, PEER, ME).clearFrom().build()),
            Frames.message(good));
    assertThat(awaitMessages(1)).containsExactly(good);
    assertThat(member.records(PEER).dropped(DropReason.WRONG_ADDRESS)).isEqualTo(4);
    assertStreamStays(server, "message");
  }

  /** Raft forwards it with the transferee in from. */
  @Test
  void aForwardedTransferOfLeadershipNamesTheTransferee() {
    Message transfer =
        TestMessages.message(MessageType.MsgTransferLeader, MemberId.of(3), ME).build();
    peer("message", Frames.message(transfer));
    assertThat(awaitMessages(1)).containsExactly(transfer);
  }

  @Test
  void linkHeartbeatsAreNotForRaft() {
    Message good = TestMessages.numbered(PEER, ME, 7);
    byte[] zeros =
        Frames.message(
            Message.newBuilder().setType(MessageType.MsgHeartbeat).setFrom(0).setTo(0).build());
    peer(
        "message",
        Frames.MESSAGE_LINK_HEARTBEAT,
        Frames.join(Frames.MESSAGE_LINK_HEARTBEAT, zeros),
        Frames.message(good));
    assertThat(awaitMessages(1)).containsExactly(good);
    assertThat(member.records(PEER).received.get(PeerChannel.MESSAGE).get()).isEqualTo(1);
  }

  @Test
  void compactFramesAreRebuilt() {
    Message first = TestMessages.append(PEER, ME, 5, 10, ByteString.copyFromUtf8("a"));
    peer(
        "msgapp",
        Frames.MSGAPP_LINK_HEARTBEAT,
        Frames.whole(first),
        Frames.compact(
            12,
            TestMessages.entry(5, 12, ByteString.copyFromUtf8("b")),
            TestMessages.entry(5, 13, ByteString.copyFromUtf8("c"))),
        Frames.join(Frames.MSGAPP_LINK_HEARTBEAT, Frames.compact(13)));
    List<Message> received = awaitMessages(3);
    Message.Builder expected =
        TestMessages.message(MessageType.MsgApp, PEER, ME).setTerm(5).setLogTerm(5);
    assertThat(received)
        .containsExactly(
            first,
            expected
                .clone()
                .setIndex(11)
                .setCommit(12)
                .addEntries(TestMessages.entry(5, 12, ByteString.copyFromUtf8("b")))
                .addEntries(TestMessages.entry(5, 13, ByteString.copyFromUtf8("c")))
                .build(),
            expected.clone().setIndex(13).setCommit(13).build());
  }

  @Test
  void framesMayBeCutAnywhere() {
    byte[] frames =
        Frames.join(
            Frames.message(TestMessages.numbered(PEER, ME, 1)),
            Frames.MESSAGE_LINK_HEARTBEAT,
            Frames.message(TestMessages.bulk(PEER, ME, 2, 300)));
    byte[][] single = new byte[frames.length][];
    for (int i = 0; i < frames.length; i++) {
      single[i] = new byte[] {frames[i]};
    }
    peer("message", single);
    assertThat(awaitMessages(2)).extracting(Message::getIndex).containsExactly(1L, 2L);
  }

  @Test
  void whatComesWithTheHeadIsReadToo() {
    peerSaying(
        RawServer.accepted()
            + RawHttp.chunk(Frames.message(TestMessages.numbered(PEER, ME, 1)))
            + RawHttp.chunk(Frames.message(TestMessages.numbered(PEER, ME, 2)))
            + RawHttp.chunk(Frames.message(TestMessages.numbered(PEER, ME, 3))).substring(0, 20),
        RawHttp.chunk(Frames.message(TestMessages.numbered(PEER, ME, 3))).substring(20));
    assertThat(awaitMessages(3)).extracting(Message::getIndex).containsExactly(1L, 2L, 3L);
  }

  @Test
  void chunksMayBeCutAnywhere() {
    String chunks =
        RawHttp.chunk(Frames.message(TestMessages.numbered(PEER, ME, 1)))
            + "00"
            + RawHttp.chunk(Frames.message(TestMessages.bulk(PEER, ME, 2, 300)));
    peerSaying(
        Stream.concat(
                Stream.of(RawServer.accepted()),
                chunks.chars().mapToObj(c -> String.valueOf((char) c)))
            .toArray(String[]::new));
    assertThat(awaitMessages(2)).extracting(Message::getIndex).containsExactly(1L, 2L);
  }

  /** A peer that writes these bytes, each at once, on every message stream, and waits. */
  private RawServer peerSaying(String... pieces) {
    RawServer server =
        RawServer.streams(
            "message",
            (connection, request) -> {
              for (String piece : pieces) {
                connection.send(piece);
              }
              over.await();
            });
    closeables.add(0, server);
    member.addPeer(PEER, server.url());
    member.start();
    return server;
  }

  // ---- what ends a stream ---------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(longs = {100_001, 1L << 31, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1})
  void aFrameOverTheLimitEndsTheStream(long length) {
    Message good = TestMessages.numbered(PEER, ME, 7);
    peer("message", Frames.join(Frames.message(good), Frames.begin(length)));
    assertEndsFor(PeerChannel.MESSAGE, Reason.PROTOCOL);
    // What came before it counts.
    assertThat(member.received()).contains(good);
  }

  @ParameterizedTest
  @ValueSource(longs = {51, 1L << 32, Long.MAX_VALUE, -1})
  void tooManyEntriesEndTheStream(long count) {
    peer("msgapp", Frames.begin(1, count));
    assertEndsFor(PeerChannel.MSGAPP, Reason.PROTOCOL);
  }

  @Test
  void entriesThatAreTooLargeTogetherEndTheStream() {
    Message large = TestMessages.append(PEER, ME, 0, 0, ByteString.copyFrom(new byte[60_000]));
    peer(
        "msgapp",
        Frames.compact(
            1,
            large.getEntries(0),
            TestMessages.entry(0, 2, ByteString.copyFrom(new byte[60_000]))));
    assertEndsFor(PeerChannel.MSGAPP, Reason.PROTOCOL);
  }

  @ParameterizedTest
  @ValueSource(bytes = {3, 71, -1})
  void anUnknownFrameEndsTheStream(byte type) {
    peer("msgapp", new byte[] {type});
    assertEndsFor(PeerChannel.MSGAPP, Reason.PROTOCOL);
  }

  @Test
  void entriesThatDoNotFollowOneAnotherEndTheStream() {
    peer("msgapp", Frames.compact(1, TestMessages.entry(0, 2, ByteString.EMPTY)));
    assertEndsFor(PeerChannel.MSGAPP, Reason.PROTOCOL);
  }

  @Test
  void bytesThatAreNoMessageEndTheStream() {
    peer("message", Frames.join(Frames.begin(3), new byte[] {8, -1, -1}));
    assertEndsFor(PeerChannel.MESSAGE, Reason.PROTOCOL);
  }

  @Test
  void aMessageOfAnUnknownTypeEndsTheStream() {
    peer("message", Frames.join(Frames.begin(2), new byte[] {8, 99}));
    assertEndsFor(PeerChannel.MESSAGE, Reason.PROTOCOL);
  }

  @Test
  void bytesThatAreNoChunkEndTheStream() {
    peerSaying(RawServer.accepted() + "no chunk");
    assertEndsFor(PeerChannel.MESSAGE, Reason.PROTOCOL);
  }

  @Test
  void aStreamWithoutChunksIsNotRead() {
    RawServer server =
        peerSaying(
            RawServer.accepted().replace("Transfer-Encoding: chunked", "Content-Length: 10")
                + "no chunks!");
    Await.until("several dials", () -> server.dials("/raft/stream/message").size() >= 3);
    assertThat(member.records(PEER).opened(PeerChannel.MESSAGE, Direction.RECEIVE)).isZero();
  }

  @Test
  void aConnectionThatBreaksInAStreamIsDialledAgain() {
    RawServer server = peer("message", Frames.message(TestMessages.numbered(PEER, ME, 1)));
    awaitMessages(1);
    server.cut();
    awaitMessages(2);
    assertThat(member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.RECEIVE))
        .containsExactly(Reason.BROKEN);
  }

  @Test
  void aHeadOverTheLimitIsNotRead() {
    String filler = "X-Filler: " + "x".repeat(20_000) + "\r\n";
    RawServer server =
        RawServer.streams(
            "message",
            (connection, request) -> {
              connection.send(RawServer.accepted().replace("\r\n\r\n", "\r\n" + filler + "\r\n"));
              over.await();
            });
    closeables.add(0, server);
    member.addPeer(PEER, server.url());
    member.start();
    Await.until("several dials", () -> server.dials("/raft/stream/message").size() >= 3);
    assertThat(member.records(PEER).opened(PeerChannel.MESSAGE, Direction.RECEIVE)).isZero();
  }

  @Test
  void aStreamThatEndsInGoodOrderIsDialledAgain() {
    RawServer server =
        RawServer.streams(
            "message",
            (connection, request) -> {
              connection.send(RawServer.accepted());
              connection.sendChunk(Frames.message(TestMessages.numbered(PEER, ME, 1)));
              connection.send("0\r\n\r\n");
            });
    closeables.add(0, server);
    member.addPeer(PEER, server.url());
    member.start();
    awaitMessages(3);
    assertThat(member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.RECEIVE))
        .containsOnly(Reason.CLOSED_BY_PEER);
  }

  private void assertEndsFor(PeerChannel channel, Reason reason) {
    Await.until(
        "the stream ends",
        () -> !member.records(PEER).closedFor(channel, Direction.RECEIVE).isEmpty());
    assertThat(member.records(PEER).closedFor(channel, Direction.RECEIVE)).containsOnly(reason);
    assertThat(member.records(PEER).receiveFailed.get(channel).get()).isPositive();
  }

  private void assertStreamStays(RawServer server, String type) {
    Await.during(
        "the stream stays",
        Duration.ofMillis(60),
        () -> server.dials("/raft/stream/" + type).size() == 1);
  }
}
