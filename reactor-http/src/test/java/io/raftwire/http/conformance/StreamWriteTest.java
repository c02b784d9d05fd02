// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.http.config.Timeouts;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.netty.resources.LoopResources;

/** The writing side of streams, as a peer sees it that reads the bytes by hand. */
@Timeout(30)
class StreamWriteTest {

  private static final MemberId ME = MemberId.of(1);
  private static final MemberId PEER = MemberId.of(2);

  private final LoopResources oneLoop = LoopResources.create("test-loop", 1, true);
  private final List<RawHttp> connections = new ArrayList<>();
  private RaftwirePeer member;

  private void start(Duration linkHeartbeat) {
    start(linkHeartbeat, t -> t);
  }

  private void start(Duration linkHeartbeat, UnaryOperator<Timeouts.Builder> timeouts) {
    start(linkHeartbeat, timeouts, true);
  }

  private void start(
      Duration linkHeartbeat, UnaryOperator<Timeouts.Builder> timeouts, boolean onOneLoop) {
    member =
        new RaftwirePeer(
            ME.value(),
            config ->
                (onOneLoop ? config.loopResources(oneLoop) : config)
                    .timeouts(
                        t ->
                            timeouts.apply(
                                t.linkHeartbeat(linkHeartbeat).redialMin(Duration.ofHours(1)))));
    member.addPeer(PEER, "http://127.0.0.1:" + Ports.free());
    member.start();
  }

  @AfterEach
  void stop() {
    connections.forEach(RawHttp::close);
    member.stop();
    oneLoop.dispose();
  }

  private RawHttp open(String type) {
    return open(type, 0);
  }

  private RawHttp open(String type, int receiveBuffer) {
    PeerChannel channel = type.equals("msgapp") ? PeerChannel.MSGAPP : PeerChannel.MESSAGE;
    int before = member.records(PEER).opened(channel, Direction.SEND);
    RawHttp http = RawHttp.connect(member.port(), receiveBuffer);
    connections.add(http);
    RawHttp.Head head = http.send(RawRequest.stream(type, PEER, ME).toString()).head();
    assertThat(head.status()).isEqualTo(200);
    Await.until(
        "the stream is attached",
        () -> member.records(PEER).opened(channel, Direction.SEND) > before);
    return http;
  }

  private void send(Message message) {
    assertThat(member.send(message)).isTrue();
  }

  // ---- bytes ----------------------------------------------------------------------------------

  @Test
  void theBytesOfAMessageStream() {
    start(Duration.ofHours(1));
    RawHttp http = RawHttp.connect(member.port());
    connections.add(http);
    RawHttp.Head head = http.send(RawRequest.stream("message", PEER, ME).toString()).head();
    assertThat(head.raw())
        .isEqualTo(
            """
            HTTP/1.1 200 OK
            transfer-encoding: chunked
            X-Server-Version: 3.7.1
            X-Etcd-Cluster-ID: 8e9e05c52164694d

            """
                .replace("\n", "\r\n"));
    Await.until(
        "attached", () -> member.records(PEER).opened(PeerChannel.MESSAGE, Direction.SEND) == 1);
    send(TestMessages.message(MessageType.MsgVote, ME, PEER).setTerm(3).setIndex(300).build());
    byte[] expected = {
      '0',
      '0',
      '0',
      '0',
      '1',
      '3',
      '\r',
      '\n', // the chunk: 19 bytes
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      11, // the frame: 11 bytes
      0x08,
      5, // type: MsgVote
      0x10,
      2, // to
      0x18,
      1, // from
      0x20,
      3, // term
      0x30,
      (byte) 0xac,
      2, // index: 300
      '\r',
      '\n'
    };
    assertThat(http.bytes(expected.length)).isEqualTo(expected);
  }

  @Test
  void theBytesOfAMsgappStream() {
    start(Duration.ofHours(1));
    RawHttp http = open("msgapp");
    send(TestMessages.append(ME, PEER, 5, 10, ByteString.copyFromUtf8("a")));
    byte[] whole = {
      '0', '0', '0', '0', '2', '2', '\r', '\n', // the chunk: 34 bytes
      2, 0, 0, 0, 0, 0, 0, 0, 25, // any message: 25 bytes
      0x08, 3, // type: MsgApp
      0x10, 2, // to
      0x18, 1, // from
      0x20, 5, // term
      0x28, 5, // logTerm
      0x30, 10, // index
      0x3a, 9, 0x08, 0, 0x10, 5, 0x18, 11, 0x22, 1, 'a', // entry
      0x40, 10, // commit
      '\r', '\n'
    };
    assertThat(http.bytes(whole.length)).isEqualTo(whole);
    send(TestMessages.append(ME, PEER, 5, 11, ByteString.copyFromUtf8("b")));
    byte[] compact = {
      '0', '0', '0', '0', '2', '2', '\r', '\n', // the chunk: 34 bytes
      1, 0, 0, 0, 0, 0, 0, 0, 1, // one entry
      0, 0, 0, 0, 0, 0, 0, 9, 0x08, 0, 0x10, 5, 0x18, 12, 0x22, 1, 'b', //
      0, 0, 0, 0, 0, 0, 0, 11, // commit
      '\r', '\n'
    };
    assertThat(http.bytes(compact.length)).isEqualTo(compact);
  }

  @Test
  void linkHeartbeatsComeOnBothStreamsAtTheirInterval() {
    start(Duration.ofMillis(40));
    RawHttp app = open("msgapp");
    RawHttp message = open("message");
    long began = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      assertThat(app.chunk()).isEqualTo(Frames.MSGAPP_LINK_HEARTBEAT);
      assertThat(message.chunk()).isEqualTo(Frames.MESSAGE_LINK_HEARTBEAT);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
  }

  // ---- coalescing -----------------------------------------------------------------------------

  @Test
  void aBurstIsWrittenInFewChunks() {
    start(Duration.ofHours(1));
    RawHttp http = open("message");
    List<Message> sent =
        LongStream.range(0, 2_000).mapToObj(i -> TestMessages.bulk(ME, PEER, i, 100)).toList();
    List<byte[]> chunks = chunksOfBurst(sent, http);
    long bytes = sent.stream().mapToLong(m -> 8L + m.getSerializedSize()).sum();
    assertThat(chunks).hasSizeLessThanOrEqualTo((int) (bytes / 60_000) + 2);
    assertThat(chunks).allSatisfy(chunk -> assertThat(chunk).hasSizeLessThanOrEqualTo(64 * 1024));
  }

  @Test
  void aReaderOfSmallMessagesDoesNotWaitForThousands() {
    start(Duration.ofHours(1));
    RawHttp http = open("message");
    List<Message> sent =
        LongStream.range(0, 3_000).mapToObj(i -> TestMessages.numbered(ME, PEER, i)).toList();
    List<byte[]> chunks = chunksOfBurst(sent, http);
    assertThat(chunks)
        .allSatisfy(chunk -> assertThat(Frames.parse(chunk)).hasSizeLessThanOrEqualTo(1_024));
  }

  /** The chunks of messages that all wait for one drain, as the one event loop is busy sending. */
  private List<byte[]> chunksOfBurst(List<Message> sent, RawHttp http) {
    oneLoop.onServer(true).next().execute(() -> sent.forEach(member::send));
    List<byte[]> chunks = new ArrayList<>();
    List<Message> received = new ArrayList<>();
    while (received.size() < sent.size()) {
      byte[] chunk = http.chunk();
      chunks.add(chunk);
      received.addAll(Frames.parse(chunk));
    }
    assertThat(received).isEqualTo(sent);
    return chunks;
  }

  @Test
  void aLoneMessageLeavesAtOnce() {
    start(Duration.ofHours(1));
    RawHttp http = open("message");
    long[] nanos = new long[50];
    for (int i = 0; i < nanos.length; i++) {
      long began = System.nanoTime();
      send(TestMessages.numbered(ME, PEER, i));
      byte[] chunk = http.chunk();
      nanos[i] = System.nanoTime() - began;
      assertThat(Frames.parse(chunk)).hasSize(1);
    }
    Arrays.sort(nanos);
    // A timer of a millisecond would show; the median forgives a busy machine.
    assertThat(Duration.ofNanos(nanos[nanos.length / 2])).isLessThan(Duration.ofMillis(5));
  }

  // ---- replacement ----------------------------------------------------------------------------

  @Test
  void aNewerStreamTakesThePlaceOfTheOlder() {
    start(Duration.ofHours(1));
    RawHttp first = open("message");
    send(TestMessages.numbered(ME, PEER, 1));
    assertThat(Frames.parse(first.chunk())).extracting(Message::getIndex).containsExactly(1L);
    RawHttp second = open("message");
    assertThat(first.chunk()).isNull();
    assertThat(first.closedWithin(1_000)).isTrue();
    send(TestMessages.numbered(ME, PEER, 2));
    assertThat(Frames.parse(second.chunk())).extracting(Message::getIndex).containsExactly(2L);
    assertThat(member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.SEND))
        .containsExactly(Reason.REPLACED);
    assertThat(member.records(PEER).open(PeerChannel.MESSAGE, Direction.SEND)).isEqualTo(1);
    // The other kind of stream is another matter.
    RawHttp app = open("msgapp");
    send(TestMessages.numbered(ME, PEER, 3));
    assertThat(Frames.parse(second.chunk())).extracting(Message::getIndex).containsExactly(3L);
    assertThat(app.readable()).isFalse();
  }

  @Test
  void whatWaitsWhenAStreamIsReplacedLeavesOnTheNewOne() {
    start(Duration.ofHours(1));
    RawHttp first = open("message", 4096);
    int sent = 3_000;
    for (int i = 0; i < sent; i++) {
      send(TestMessages.bulk(ME, PEER, i, 4_000));
    }
    RawHttp second = open("message");
    List<Long> onFirst = indexes(first);
    send(TestMessages.numbered(ME, PEER, -1));
    List<Long> onSecond = new ArrayList<>();
    while (onSecond.isEmpty() || onSecond.get(onSecond.size() - 1) != -1) {
      Frames.parse(second.chunk()).forEach(m -> onSecond.add(m.getIndex()));
    }
    onSecond.remove(onSecond.size() - 1);
    assertThat(onFirst).isSorted().doesNotHaveDuplicates();
    assertThat(onSecond).isSorted().doesNotHaveDuplicates();
    // The kernel holds no more than it is about to send, where it can be told so.
    assertThat(onSecond).hasSizeGreaterThan(Epoll.isAvailable() ? 2_700 : 500);
    assertThat(onSecond.get(0)).isGreaterThan(onFirst.get(onFirst.size() - 1));
    // What is on neither was handed to the first one's connection, and reported.
    long reported = member.records(PEER).dropped(DropReason.STREAM_LOST);
    assertThat(onFirst.size() + onSecond.size() + reported).isEqualTo(sent);
  }

  /** The messages in whole chunks up to the end of the connection. */
  private static List<Long> indexes(RawHttp http) {
    List<Long> indexes = new ArrayList<>();
    try {
      for (byte[] chunk = http.chunk(); chunk != null; chunk = http.chunk()) {
        Frames.parse(chunk).forEach(m -> indexes.add(m.getIndex()));
      }
    } catch (UncheckedIOException | IllegalStateException e) {
      // The connection was closed in the middle of a chunk.
    }
    return indexes;
  }

  /** However fast they come, the last one is served in the end, and the lane with it. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyReplacementsInARow(boolean onOneLoop) {
    start(Duration.ofHours(1), t -> t, onOneLoop);
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 6; i++) {
        RawHttp http = RawHttp.connect(member.port());
        connections.add(http);
        http.send(RawRequest.stream("message", PEER, ME).toString()).head();
        if (i % 2 == 1) {
          http.close();
        }
      }
      RawHttp last = RawHttp.connect(member.port());
      connections.add(last);
      last.send(RawRequest.stream("message", PEER, ME).toString()).head();
      Await.until(
          "the last one is served",
          () -> {
            member.send(TestMessages.numbered(ME, PEER, 1));
            return last.readable();
          });
    }
    Await.until(
        "one stream is open",
        () -> member.records(PEER).open(PeerChannel.MESSAGE, Direction.SEND) == 1);
  }

  // ---- no memory ------------------------------------------------------------------------------

  /** A small batch, a frame in a buffer of its own, and one in pieces. */
  @ParameterizedTest
  @ValueSource(ints = {100, 100_000, 1_000_000})
  void whatFindsNoMemoryIsCountedAndEndsTheStream(int size) throws Exception {
    sendWithout(bytes -> true, size);
  }

  /** Its pieces are copied when they are written, and the last is smaller than the others. */
  @Test
  void aFrameWhoseLastPieceFindsNoMemoryIsCountedAndEndsTheStream() throws Exception {
    sendWithout(bytes -> bytes > 100_000 && bytes < 250_000, 1_000_000);
  }

  private void sendWithout(IntPredicate unavailable, int size) throws Exception {
    AtomicBoolean exhausted = new AtomicBoolean();
    member =
        new RaftwirePeer(
            ME.value(),
            config ->
                config
                    .loopResources(oneLoop)
                    .allocator(without(bytes -> exhausted.get() && unavailable.test(bytes)))
                    .timeouts(
                        t ->
                            t.linkHeartbeat(Duration.ofHours(1))
                                .probeInterval(Duration.ofHours(1))
                                .redialMin(Duration.ofHours(1))));
    member.addPeer(PEER, "http://127.0.0.1:" + Ports.free());
    member.start();
    RawHttp http = open("message");
    // The last piece is not copied before the connection takes it.
    Thread reader = new Thread(() -> readOn(http, new AtomicLong()), "reader");
    reader.start();
    exhausted.set(true);
    try {
      send(TestMessages.bulk(ME, PEER, 1, size));
      Await.until(
          "the stream ended",
          () -> !member.records(PEER).closedFor(PeerChannel.MESSAGE, Direction.SEND).isEmpty());
    } finally {
      exhausted.set(false);
    }
    reader.join();
    assertThat(member.records(PEER).dropped.get()).isEqualTo(1);
  }

  private static ByteBufAllocator without(IntPredicate unavailable) {
    return new PooledByteBufAllocator(true) {
      @Override
      protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        if (unavailable.test(initialCapacity)) {
          throw new OutOfMemoryError("none left, says the test");
        }
        return super.newDirectBuffer(initialCapacity, maxCapacity);
      }
    };
  }

  // ---- the end --------------------------------------------------------------------------------

  @Test
  void bytesAfterAStreamsRequestEndIt() {
    start(Duration.ofHours(1));
    RawHttp http = open("msgapp");
    http.send("x".getBytes(StandardCharsets.US_ASCII));
    assertThat(http.closedWithin(5_000)).isTrue();
    Await.until(
        "the stream ended",
        () ->
            member
                .records(PEER)
                .closedFor(PeerChannel.MSGAPP, Direction.SEND)
                .contains(Reason.PROTOCOL));
  }

  /** Its lane is never empty, and it reads so fast that its connection is never full. */
  @Test
  void aPeerThatIsNeverDoneDoesNotKeepOthersFromTheirEventLoop() throws Exception {
    start(Duration.ofHours(1));
    RawHttp greedy = open("message");
    AtomicLong read = new AtomicLong();
    Thread reader = new Thread(() -> readOn(greedy, read), "greedy-reader");
    reader.start();
    Message small = TestMessages.numbered(ME, PEER, 1);
    Disposable feeding =
        member
            .transport()
            .peer(PEER)
            .send(Flux.<Message>generate(sink -> sink.next(small)))
            .subscribe();
    Await.until("it is fed", () -> read.get() > 10_000);

    MemberId other = MemberId.of(3);
    member.addPeer(other, "http://127.0.0.1:" + Ports.free());
    for (int i = 1; i <= 10; i++) {
      RawHttp http = RawHttp.connect(member.port());
      connections.add(http);
      assertThat(http.send(RawRequest.stream("message", other, ME).toString()).head().status())
          .isEqualTo(200);
    }
    Await.until(
        "attached", () -> member.records(other).opened(PeerChannel.MESSAGE, Direction.SEND) == 10);
    long before = read.get();
    Await.until("it is fed yet", () -> read.get() > before);
    feeding.dispose();
    greedy.close();
    reader.join();
  }

  private static void readOn(RawHttp http, AtomicLong read) {
    try {
      for (byte[] chunk = http.chunk(); chunk != null; chunk = http.chunk()) {
        read.addAndGet(chunk.length);
      }
    } catch (RuntimeException e) {
      // It was closed.
    }
  }

  @Test
  void stoppingEndsStreamsCleanlyAfterWhatWaits() {
    start(Duration.ofHours(1));
    RawHttp message = open("message");
    RawHttp app = open("msgapp");
    for (int i = 0; i < 1_000; i++) {
      send(TestMessages.bulk(ME, PEER, i, 1_000));
    }
    Disposable stopping = member.transport().stop().subscribe();
    List<Message> received = new ArrayList<>();
    for (byte[] chunk = message.chunk(); chunk != null; chunk = message.chunk()) {
      received.addAll(Frames.parse(chunk));
    }
    assertThat(received).hasSize(1_000);
    assertThat(app.chunk()).isNull();
    assertThat(app.closedWithin(2_000)).isTrue();
    assertThat(message.closedWithin(2_000)).isTrue();
    Await.until("stopped", stopping::isDisposed);
  }

  @Test
  void stoppingDoesNotWaitForAPeerThatDoesNotRead() {
    start(Duration.ofHours(1));
    RawHttp http = open("message", 4096);
    for (int i = 0; i < 3_000; i++) {
      send(TestMessages.bulk(ME, PEER, i, 4_000));
    }
    long began = System.nanoTime();
    member.transport().stop().block(Duration.ofSeconds(10));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    List<Long> received = indexes(http);
    assertThat(received.size() + member.records(PEER).dropped.get()).isBetween(2_990L, 3_010L);
  }

  /** It was replaced, its last bytes are not read: it must not stay for ever. */
  @Test
  void aReplacedStreamThatIsNotReadIsClosedAllTheSame() {
    start(Duration.ofHours(1), t -> t.write(Duration.ofMillis(300)));
    RawHttp first = open("message", 4096);
    int i = 0;
    TestRecorder.PeerRecords records = member.records(PEER);
    // So much that the kernel takes no more, and so little that the channel is still writable.
    while (records.sent.get(PeerChannel.MESSAGE).get() == i) {
      send(TestMessages.bulk(ME, PEER, i++, 20_000));
      long sent = i;
      try {
        Await.until(
            "written",
            Duration.ofMillis(300),
            () -> records.sent.get(PeerChannel.MESSAGE).get() == sent);
      } catch (org.awaitility.core.ConditionTimeoutException e) {
        break;
      }
    }
    open("message");
    Await.until("the first one is closed", Duration.ofSeconds(5), () -> connectionsOfMember() == 1);
    assertThat(first.closedWithin(5_000)).isTrue();
  }

  private long connectionsOfMember() {
    return Sockets.established(member.port());
  }
}
