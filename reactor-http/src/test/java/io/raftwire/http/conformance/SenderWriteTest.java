// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream that rests is written to by the thread that sends. */
@Timeout(60)
class SenderWriteTest {

  private static final MemberId ME = MemberId.of(1);
  private static final MemberId PEER = MemberId.of(2);

  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
  }

  private RaftwirePeer member() {
    RaftwirePeer member =
        new RaftwirePeer(
            ME.value(),
            config ->
                config.timeouts(
                    t -> t.linkHeartbeat(Duration.ofHours(1)).redialMin(Duration.ofHours(1))));
    member.addPeer(PEER, "http://127.0.0.1:" + Ports.free());
    member.start();
    open.add(member);
    return member;
  }

  private RawHttp openStream(RaftwirePeer member, int receiveBuffer) {
    int before = member.records(PEER).opened(PeerChannel.MESSAGE, Direction.SEND);
    RawHttp http = RawHttp.connect(member.port(), receiveBuffer);
    open.add(http);
    http.send(RawRequest.stream("message", PEER, ME).toString()).head();
    Await.until(
        "the stream is attached",
        () -> member.records(PEER).opened(PeerChannel.MESSAGE, Direction.SEND) > before);
    return http;
  }

  /** Sends until this thread has written a message itself; returns how many it took. */
  private static int sendUntilWritten(RaftwirePeer member, int first) {
    Set<Thread> writers = member.records(PEER).streamWriters;
    AtomicLong next = new AtomicLong(first);
    Await.until(
        "this thread has written",
        () -> {
          if (!writers.contains(Thread.currentThread())) {
            assertThat(member.send(TestMessages.numbered(ME, PEER, next.getAndIncrement())))
                .isTrue();
          }
          return writers.contains(Thread.currentThread());
        });
    return (int) next.get() - first;
  }

  @Test
  void whoSendsWritesWhatThePeerReads() {
    RaftwirePeer member = member();
    RawHttp http = openStream(member, 0);
    int sent = sendUntilWritten(member, 0);
    for (int i = 0; i < sent; i++) {
      assertThat(Frames.parse(http.chunk())).containsExactly(TestMessages.numbered(ME, PEER, i));
    }
    assertThat(member.records(PEER).sent.get(PeerChannel.MESSAGE)).hasValue(sent);
    assertThat(member.records(PEER).lanes.get(PeerChannel.MESSAGE).messages()).isZero();
  }

  /** A compact frame has eight bytes for the size of each entry. */
  @Test
  void framesLongerThanTheirMessages() {
    RaftwirePeer one = RaftwirePeer.create(1);
    RaftwirePeer other = RaftwirePeer.create(2);
    open.add(one);
    open.add(other);
    RaftwirePeer.join(one, other);
    List<Message> sent = new ArrayList<>();
    long index = 0;
    for (int entries : new int[] {1, 100, 280, 300, 350, 400, 450, 600, 1}) {
      Message.Builder append =
          TestMessages.message(MessageType.MsgApp, ME, PEER)
              .setTerm(1)
              .setLogTerm(1)
              .setIndex(index)
              .setCommit(index);
      for (int entry = 0; entry < entries; entry++) {
        append.addEntries(TestMessages.entry(1, ++index, ByteString.EMPTY));
      }
      Message message = append.build();
      sent.add(message);
      assertThat(one.send(message)).isTrue();
      Await.until("it arrived", () -> other.received().size() == sent.size());
    }
    assertThat(other.received()).containsExactlyElementsOf(sent);
  }

  @Test
  void overTlsOnlyTheEventLoopWrites(@TempDir Path directory) throws Exception {
    Certificates certificates = new Certificates(directory);
    RaftwirePeer one =
        new RaftwirePeer(TestPeer.Spec.of(1, directory).tls(certificates.issue(true)));
    RaftwirePeer other =
        new RaftwirePeer(TestPeer.Spec.of(2, directory).tls(certificates.issue(true)));
    open.add(one);
    open.add(other);
    RaftwirePeer.join(one, other);
    for (int i = 1; i <= 20; i++) {
      int sent = i;
      assertThat(one.send(TestMessages.numbered(ME, PEER, i))).isTrue();
      Await.until("it arrived", () -> other.received().size() == sent);
    }
    assertThat(one.records(PEER).streamWriters).doesNotContain(Thread.currentThread());
  }

  /** A full socket takes a part of a batch, and the event loop goes on with the rest. */
  @Test
  void whatTheSocketDoesNotTakeIsWrittenWhenItHasRoom() {
    RaftwirePeer member = member();
    RawHttp http = openStream(member, 4096);
    int sent = sendUntilWritten(member, 0);
    AtomicLong written = member.records(PEER).sent.get(PeerChannel.MESSAGE);
    int size = 3_001;
    do {
      assertThat(member.send(TestMessages.bulk(ME, PEER, sent++, size))).isTrue();
    } while (reaches(written, sent));
    assertThat(member.send(TestMessages.bulk(ME, PEER, sent++, size))).isTrue();
    for (int i = 0; i < sent; ) {
      for (Message message : Frames.parse(http.chunk())) {
        assertThat(message.getIndex()).isEqualTo(i++);
      }
    }
    long all = sent;
    Await.until("all is written", () -> written.get() == all);
  }

  /** Whether a count reaches a number soon. */
  private static boolean reaches(AtomicLong count, long number) {
    long began = System.nanoTime();
    while (count.get() < number && System.nanoTime() - began < 200_000_000) {
      LockSupport.parkNanos(10_000);
    }
    return count.get() >= number;
  }

  @Test
  void aPeerThatClosesAStreamAtRestIsSeenAtOnce() {
    RaftwirePeer member = member();
    RawHttp http = openStream(member, 0);
    int sent = sendUntilWritten(member, 0);
    for (int i = 0; i < sent; i++) {
      http.chunk();
    }
    http.close();
    Await.until(
        "the stream ended",
        () ->
            member
                .records(PEER)
                .closedFor(PeerChannel.MESSAGE, Direction.SEND)
                .equals(List.of(Reason.CLOSED_BY_PEER)));
    Await.until("its connection is closed", () -> Sockets.established(member.port()) == 0);
  }

  /** Nobody else would write what a sender has left. */
  @Test
  void whatComesWhileASenderWritesFollowsIt() throws Exception {
    long seed = System.nanoTime();
    System.out.println("SenderWriteTest: seed " + seed);
    RaftwirePeer member = member();
    RawHttp http = openStream(member, 0);
    int threads = 3;
    int each = 4_000;
    List<CompletableFuture<Void>> senders = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      long base = thread * (long) each;
      Random pauses = new Random(seed + thread);
      senders.add(
          inThread(
              () -> {
                for (int i = 0; i < each; i++) {
                  assertThat(member.send(TestMessages.numbered(ME, PEER, base + i))).isTrue();
                  LockSupport.parkNanos(pauses.nextInt(50_000));
                }
              }));
    }
    int[] next = new int[threads];
    for (int received = 0; received < threads * each; ) {
      for (Message message : Frames.parse(http.chunk())) {
        int thread = (int) message.getIndex() / each;
        assertThat(message.getIndex() % each).isEqualTo(next[thread]++);
        received++;
      }
    }
    CompletableFuture.allOf(senders.toArray(new CompletableFuture<?>[0])).get();
    assertThat(member.records(PEER).streamWriters.stream().map(Thread::getName))
        .contains("sender-write-test");
  }

  /**
   * Some threads send now and then, while the stream is replaced, closed by the peer and not read
   * for a while. Each chunk must be whole, no message may come twice or before one that its thread
   * sent earlier, and each is counted once.
   */
  @Test
  void sendersWhileStreamsComeAndGo() throws Exception {
    long seed = System.nanoTime();
    System.out.println("SenderWriteTest: seed " + seed);
    Random random = new Random(seed);
    RaftwirePeer member = member();
    AtomicBoolean ended = new AtomicBoolean();
    AtomicLong attempts = new AtomicLong();
    int threads = 3;
    List<CompletableFuture<Void>> senders = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      long base = thread * 1_000_000_000L;
      Random pauses = new Random(random.nextLong());
      senders.add(
          inThread(
              () -> {
                for (long i = 0; !ended.get(); i++) {
                  member.send(TestMessages.bulk(ME, PEER, base + i, pauses.nextInt(3_000)));
                  attempts.incrementAndGet();
                  LockSupport.parkNanos(pauses.nextInt(100_000));
                }
              }));
    }
    List<List<Long>> received = new ArrayList<>();
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    for (int round = 0; round < 150; round++) {
      boolean closes = random.nextBoolean();
      // Through a small buffer, all that waits in the kernel would take long.
      RawHttp http = openStream(member, closes ? 4096 : 0);
      List<Long> indexes = new ArrayList<>();
      received.add(indexes);
      int most = random.nextInt(60);
      readers.add(
          inThread(
              () -> {
                read(http, indexes, closes ? most : Integer.MAX_VALUE);
                http.close();
              }));
      LockSupport.parkNanos(random.nextInt(20_000_000));
    }
    ended.set(true);
    CompletableFuture.allOf(senders.toArray(new CompletableFuture<?>[0])).get();
    TestRecorder.PeerRecords records = member.records(PEER);
    assertThat(records.streamWriters.stream().map(Thread::getName))
        .anyMatch(name -> name.startsWith("sender-write-test"));
    // What is left in the lane goes to a stream that is read.
    RawHttp last = openStream(member, 0);
    List<Long> rest = new ArrayList<>();
    received.add(rest);
    readers.add(inThread(() -> read(last, rest, Integer.MAX_VALUE)));
    AtomicLong written = records.sent.get(PeerChannel.MESSAGE);
    Await.until(
        "each message is counted once",
        () -> written.get() + records.dropped.get() == attempts.get());
    member.stop();
    CompletableFuture.allOf(readers.toArray(new CompletableFuture<?>[0])).get();
    long[] newest = new long[threads];
    Arrays.fill(newest, -1);
    Set<Long> seen = new HashSet<>();
    for (List<Long> indexes : received) {
      for (long index : indexes) {
        assertThat(seen.add(index)).as("%d comes once", index).isTrue();
        int thread = (int) (index / 1_000_000_000L);
        assertThat(index % 1_000_000_000L).isGreaterThan(newest[thread]);
        newest[thread] = index % 1_000_000_000L;
      }
    }
    assertThat(seen).hasSizeGreaterThan(1_000);
  }

  /** Reads whole chunks, until the connection ends or there were enough. */
  private static void read(RawHttp http, List<Long> indexes, int most) {
    try {
      byte[] chunk = new byte[0];
      while (chunk != null && indexes.size() < most) {
        Frames.parse(chunk).forEach(message -> indexes.add(message.getIndex()));
        chunk = http.chunk();
      }
    } catch (UncheckedIOException | NumberFormatException e) {
      // The connection was closed, perhaps in the middle of a chunk.
    }
  }

  private static CompletableFuture<Void> inThread(Runnable task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            },
            "sender-write-test");
    thread.setDaemon(true);
    thread.start();
    return done;
  }
}
