// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.MemberRemovedException;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.PeerUrls;
import io.raftwire.SnapshotStore;
import io.raftwire.TransportEvent;
import io.raftwire.TransportRecorder;
import io.raftwire.TransportStoppedException;
import io.raftwire.UnknownPeerException;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.http.server.testkit.RawServer;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** Snapshots from one transport to another. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SnapshotTransferTest {

  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final long MIB = 1L << 20;

  @TempDir Path directory;

  private DirectorySnapshotStore store;

  @BeforeEach
  void open() throws IOException {
    store = DirectorySnapshotStore.open(directory.resolve("received"));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 65535, 65536, 65537, 1_000_000, 64 * MIB})
  void aPublishersBodyArrivesWhole(long bytes) throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.know(receiver);
      Message snapshot = Sample.snapshot(1, 2, 7);
      StepVerifier.create(sender.transport().sendSnapshot(snapshot, Bodies.flux(bytes)))
          .expectComplete()
          .verify(WAIT);
      arrived(sender, receiver, snapshot, bytes);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 65536, 1_000_000, 64 * MIB})
  void aFilesBodyArrivesWhole(long bytes) throws Exception {
    Path file = Bodies.write(directory.resolve("body"), bytes);
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.know(receiver);
      Message snapshot = Sample.snapshot(1, 2, 7);
      StepVerifier.create(sender.transport().sendSnapshot(snapshot, file))
          .expectComplete()
          .verify(WAIT);
      arrived(sender, receiver, snapshot, bytes);
    }
  }

  @Test
  void oneLargeBufferAndEmptyBuffersArriveWhole() throws Exception {
    byte[] large = new byte[5_000_000];
    new java.util.Random(3).nextBytes(large);
    ByteBuf whole = Unpooled.wrappedBuffer(large);
    Flux<ByteBuf> body =
        Flux.just(Unpooled.buffer(0), whole, Unpooled.buffer(0), Unpooled.buffer(0));
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.know(receiver);
      sender.transport().sendSnapshot(Sample.snapshot(1, 2, 7), body).block(WAIT);
      assertThat(Files.readAllBytes(store.file(7))).isEqualTo(large);
      await().atMost(WAIT).until(() -> whole.refCnt() == 0);
    }
  }

  @Test
  void aRemoteCanBeSentASnapshot() throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.transport().addRemote(receiver.id(), receiver.urls());
      Message snapshot = Sample.snapshot(1, 2, 7);
      sender.transport().sendSnapshot(snapshot, Bodies.flux(100_000)).block(WAIT);
      arrived(sender, receiver, snapshot, 100_000);
    }
  }

  @Test
  void aFilesBodyIsPostedWithItsLengthAndAPublishersInChunks() throws Exception {
    Path file = Bodies.write(directory.resolve("body"), 1000);
    try (RawServer peer =
            RawServer.start(
                (request, reply) ->
                    reply.send(request.method().equals("POST") ? 204 : 404, "", ""));
        Member sender = Member.start(1)) {
      sender.transport().addRemote(MemberId.of(2), PeerUrls.of(peer.url()));
      Message snapshot = Sample.snapshot(1, 2, 7);
      sender.transport().sendSnapshot(snapshot, file).block(WAIT);
      sender.transport().sendSnapshot(snapshot, Bodies.flux(1000)).block(WAIT);
      List<RawServer.Request> requests = peer.requests("/raft/snapshot");
      assertThat(requests).hasSize(2);
      for (RawServer.Request request : requests) {
        assertThat(request.line()).isEqualTo("POST /raft/snapshot HTTP/1.1");
        assertThat(request.headers())
            .containsEntry("content-type", "application/octet-stream")
            .containsEntry("x-server-from", "1")
            .containsEntry("x-server-version", "3.7.1")
            .containsEntry("x-min-cluster-version", "3.0.0")
            .containsEntry("x-etcd-cluster-id", "1000")
            .containsEntry("x-peerurls", sender.url())
            .doesNotContainKey("x-raft-to");
        int size = snapshot.getSerializedSize();
        assertThat(request.body().size()).isEqualTo(8 + size + 1000);
        assertThat(request.body().asReadOnlyByteBuffer().getLong()).isEqualTo(size);
        assertThat(Message.parseFrom(request.body().substring(8, 8 + size))).isEqualTo(snapshot);
        assertThat(request.body().substring(8 + size).toByteArray())
            .isEqualTo(Files.readAllBytes(file));
      }
      assertThat(requests.get(0).headers())
          .containsEntry(
              "content-length", Integer.toString(8 + snapshot.getSerializedSize() + 1000))
          .doesNotContainKey("transfer-encoding");
      assertThat(requests.get(1).headers())
          .containsEntry("transfer-encoding", "chunked")
          .doesNotContainKey("content-length");
    }
  }

  @Test
  void aSlowStoreIsTheSendersBackPressure() throws Exception {
    Slow slow = new Slow();
    AtomicLong requested = new AtomicLong();
    AtomicLong made = new AtomicLong();
    try (Member sender = Member.start(1);
        Member receiver = receiver(slow)) {
      sender.know(receiver);
      Flux<ByteBuf> body =
          Bodies.flux(128 * MIB)
              .doOnRequest(requested::addAndGet)
              .doOnNext(bytes -> made.addAndGet(bytes.readableBytes()));
      AtomicReference<Throwable> outcome = new AtomicReference<>();
      Disposable transfer =
          sender
              .transport()
              .sendSnapshot(Sample.snapshot(1, 2, 7), body)
              .subscribe(ignored -> {}, outcome::set);
      await().atMost(WAIT).until(() -> slow.subscribed.get() != null && made.get() > 0);
      settled(made);
      long held = made.get();
      assertThat(held).as("held between the two sides").isLessThan(24 * MIB);
      assertThat(slow.taken).hasValue(0);

      slow.subscribed.get().request(100);
      await().atMost(WAIT).until(() -> slow.taken.get() > 0);
      settled(made);
      assertThat(made.get() - slow.taken.get()).isLessThan(24 * MIB);
      assertThat(outcome).hasValue(null);

      slow.subscribed.get().request(Long.MAX_VALUE);
      await().atMost(WAIT).until(transfer::isDisposed);
      assertThat(outcome).hasValue(null);
      assertThat(slow.taken).hasValue(128 * MIB);
    }
  }

  @Test
  void aStoreThatFailsIsAnswered500AndTheSenderFailsOnce() throws Exception {
    SnapshotStore failing =
        (snapshot, body) ->
            body.doOnNext(ByteBuf::release).then(Mono.error(new IOException("disk full")));
    try (Member sender = Member.start(1);
        Member receiver = receiver(failing)) {
      sender.know(receiver);
      AtomicInteger errors = new AtomicInteger();
      StepVerifier.create(
              sender
                  .transport()
                  .sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(MIB))
                  .doOnError(cause -> errors.incrementAndGet()))
          .expectErrorSatisfies(
              cause -> {
                assertThat(cause).isInstanceOf(LinkException.class);
                LinkException link = (LinkException) cause;
                assertThat(link.failure().reason()).isEqualTo(Reason.REFUSED);
                assertThat(link.failure().detail())
                    .isEqualTo("status 500: failed to save KV snapshot (disk full)");
              })
          .verify(WAIT);
      assertThat(errors).hasValue(1);
      failedOnce(sender);
      assertThat(receiver.inbound()).isEmpty();
    }
  }

  @Test
  void aTransportWithoutAStoreRefuses() throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = Member.start(2)) {
      sender.know(receiver);
      StepVerifier.create(
              sender.transport().sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(1000)))
          .expectErrorSatisfies(
              cause -> assertThat(cause).hasMessageContaining("no snapshot store is configured"))
          .verify(WAIT);
      failedOnce(sender);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 200})
  void aBodyThatBreaksLeavesNothingAndFailsOnce(int buffers) throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.know(receiver);
      Flux<ByteBuf> body =
          Flux.concat(
              Bodies.flux((long) buffers * Bodies.PIECE),
              Mono.error(new IllegalStateException("the source broke")));
      StepVerifier.create(sender.transport().sendSnapshot(Sample.snapshot(1, 2, 7), body))
          .expectErrorSatisfies(
              cause ->
                  assertThat(cause)
                      .isInstanceOf(LinkException.class)
                      .hasMessageContaining("the source broke")
                      .hasCauseInstanceOf(IllegalStateException.class))
          .verify(WAIT);
      failedOnce(sender);
      await().atMost(WAIT).until(() -> Bodies.files(directory.resolve("received")) == 0);
      assertThat(receiver.inbound()).isEmpty();
    }
  }

  @Test
  void aFileThatIsNotThereFailsOnce() throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.know(receiver);
      StepVerifier.create(
              sender
                  .transport()
                  .sendSnapshot(Sample.snapshot(1, 2, 7), directory.resolve("missing")))
          .expectErrorSatisfies(
              cause -> assertThat(cause).hasMessageContaining("missing (expected: a regular file)"))
          .verify(WAIT);
      failedOnce(sender);
    }
  }

  @Test
  void aBodyThatBreaksHereSaysNothingAboutThePeer() throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.transport().addRemote(receiver.id(), receiver.urls());
      sender.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await().atMost(WAIT).until(() -> !sender.events(TransportEvent.PeerActive.class).isEmpty());
      Message snapshot = Sample.snapshot(1, 2, 7);
      Path missing = directory.resolve("missing");
      for (Mono<Void> broken :
          List.of(
              sender
                  .transport()
                  .sendSnapshot(snapshot, Flux.error(new IllegalStateException("my disk"))),
              sender.transport().sendSnapshot(snapshot, missing))) {
        StepVerifier.create(broken).expectError(LinkException.class).verify(WAIT);
      }
      // Events come on a thread of their own, in order.
      await()
          .atMost(WAIT)
          .until(() -> sender.events(TransportEvent.SnapshotFailed.class).size() == 2);
      assertThat(sender.events(TransportEvent.SnapshotFailed.class))
          .extracting(failed -> failed.cause().reason())
          .containsExactly(Reason.LOCAL, Reason.LOCAL);
      assertThat(sender.events(TransportEvent.PeerInactive.class)).isEmpty();
    }
  }

  @Test
  void raftsAnswerComesAfterTheBodyWasSaved() throws Exception {
    try (Member sender = Member.start(1);
        Member receiver = Member.create(2, config -> config.snapshotStore(store)).started()) {
      sender.know(receiver);
      receiver
          .transport()
          .inboundDeliveries()
          .subscribe(
              delivery -> {
                if (delivery.message().getSnapshot().getMetadata().getIndex() == 1) {
                  delivery.fail(new IllegalStateException("raft is full"));
                } else {
                  delivery.fail(new MemberRemovedException(MemberId.of(1)));
                }
              });
      StepVerifier.create(
              sender.transport().sendSnapshot(Sample.snapshot(1, 2, 1), Bodies.flux(1000)))
          .expectErrorSatisfies(
              cause -> assertThat(cause).hasMessageContaining("failed to process raft message"))
          .verify(WAIT);
      StepVerifier.create(
              sender.transport().sendSnapshot(Sample.snapshot(1, 2, 2), Bodies.flux(1000)))
          .expectErrorSatisfies(
              cause ->
                  assertThat(((LinkException) cause).failure().reason()).isEqualTo(Reason.REMOVED))
          .verify(WAIT);
      await()
          .atMost(WAIT)
          .until(() -> sender.events(TransportEvent.MemberRemoved.class).size() == 1);
    }
  }

  @Test
  void aCancelEndsTheTransferOnBothSides() throws Exception {
    Sinks.Many<ByteBuf> body = Sinks.many().unicast().onBackpressureBuffer();
    AtomicInteger cancelled = new AtomicInteger();
    try (Member sender = Member.start(1);
        Member receiver = receiver(store)) {
      sender.know(receiver);
      Disposable transfer =
          sender
              .transport()
              .sendSnapshot(
                  Sample.snapshot(1, 2, 7), body.asFlux().doOnCancel(cancelled::incrementAndGet))
              .subscribe();
      body.tryEmitNext(Unpooled.wrappedBuffer(new byte[200_000]));
      await().atMost(WAIT).until(() -> Bodies.files(directory.resolve("received")) == 1);
      transfer.dispose();
      await().atMost(WAIT).until(() -> Bodies.files(directory.resolve("received")) == 0);
      await().atMost(WAIT).until(() -> cancelled.get() == 1);
      failedOnce(sender);
      assertThat(sender.snapshotFailures().get(0).reason()).isEqualTo(Reason.LOCAL);
      assertThat(receiver.inbound()).isEmpty();
    }
  }

  @Test
  void aTransferThatFailsWhileItIsCancelledLeavesNoErrorThatNobodyTakes() throws Exception {
    Slow slow = new Slow();
    AtomicReference<Runnable> whenEnded = new AtomicReference<>(() -> {});
    List<Throwable> dropped = new CopyOnWriteArrayList<>();
    Hooks.onErrorDropped(dropped::add);
    try (Member sender =
            Member.start(1, config -> config.recorder(new Ended(() -> whenEnded.get().run())));
        Member receiver = receiver(slow)) {
      sender.know(receiver);
      Disposable transfer =
          sender
              .transport()
              .sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(16 * MIB))
              .subscribe(sent -> {}, cause -> {});
      await().atMost(WAIT).until(() -> slow.saves.get() == 1);
      whenEnded.set(() -> sender.transport().removePeer(receiver.id()));
      // All of it by this thread, so that nothing else that ends here counts.
      transfer.dispose();
      assertThat(sender.transport().peers()).isEmpty();
      assertThat(dropped).isEmpty();
    } finally {
      Hooks.resetOnErrorDropped();
    }
  }

  @Test
  void removingThePeerAndStoppingEndTransfers() throws Exception {
    Slow slow = new Slow();
    Member sender = Member.start(1);
    try (Member receiver = receiver(slow)) {
      for (boolean stop : List.of(false, true)) {
        sender.know(receiver);
        int saves = slow.saves.get();
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        sender
            .transport()
            .sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(16 * MIB))
            .subscribe(ignored -> {}, outcome::set);
        await().atMost(WAIT).until(() -> slow.saves.get() > saves);
        if (stop) {
          sender.close();
        } else {
          sender.transport().removePeer(receiver.id());
        }
        await().atMost(WAIT).until(() -> outcome.get() != null);
        assertThat(outcome.get()).isInstanceOf(LinkException.class);
        assertThat(((LinkException) outcome.get()).failure().reason()).isEqualTo(Reason.LOCAL);
      }
    } finally {
      sender.close();
    }
  }

  @Test
  void whatCannotBeSentIsRefusedAtOnce() throws Exception {
    Member sender = Member.create(1, config -> config);
    Message snapshot = Sample.snapshot(1, 2, 7);
    AtomicInteger subscribed = new AtomicInteger();
    Flux<ByteBuf> body = Bodies.flux(100).doOnSubscribe(s -> subscribed.incrementAndGet());
    StepVerifier.create(sender.transport().sendSnapshot(snapshot, body))
        .expectError(TransportStoppedException.class)
        .verify(WAIT);
    sender.started();
    StepVerifier.create(sender.transport().sendSnapshot(snapshot, body))
        .expectError(UnknownPeerException.class)
        .verify(WAIT);
    StepVerifier.create(
            sender.transport().sendSnapshot(Sample.message(MessageType.MsgApp, 1, 2, 1), body))
        .expectErrorMessage("message type: MsgApp (expected: MsgSnap)")
        .verify(WAIT);
    sender.close();
    StepVerifier.create(sender.transport().sendSnapshot(snapshot, body))
        .expectError(TransportStoppedException.class)
        .verify(WAIT);
    assertThat(subscribed).hasValue(0);
  }

  @Test
  void aPeerThatIsNotThereFailsWithTheReason() throws Exception {
    try (Member sender = Member.start(1)) {
      sender.transport().addRemote(MemberId.of(2), PeerUrls.of(Ports.freeUrl()));
      StepVerifier.create(
              sender.transport().sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(MIB)))
          .expectErrorSatisfies(
              cause ->
                  assertThat(((LinkException) cause).failure().reason()).isEqualTo(Reason.CONNECT))
          .verify(WAIT);
      failedOnce(sender);
    }
  }

  @Test
  void aReceiverThatStopsMovingIsGivenUpAndOneThatMovesSlowlyIsNot() throws Exception {
    UnaryOperator<RaftHttpConfig.Builder> shortTimes =
        config -> config.timeouts(times -> times.transfer(Duration.ofMillis(400)));
    try (RawServer silent = RawServer.start(new StuckHandler());
        Member sender = Member.start(1, shortTimes)) {
      sender.transport().addRemote(MemberId.of(2), PeerUrls.of(silent.url()));
      StepVerifier.create(
              sender.transport().sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(1000)))
          .expectErrorSatisfies(
              cause ->
                  assertThat(((LinkException) cause).failure().reason())
                      .isEqualTo(Reason.WRITE_STALLED))
          .verify(WAIT);
      failedOnce(sender);
    }
    try (Member sender = Member.start(1, shortTimes);
        Member receiver =
            Member.start(2, config -> shortTimes.apply(config).snapshotStore(store))) {
      sender.know(receiver);
      // 15 pieces, one each 100 ms: more than thrice the deadline in all.
      Flux<ByteBuf> steady =
          Flux.interval(Duration.ofMillis(100))
              .take(15)
              .map(tick -> Unpooled.wrappedBuffer(new byte[1000]));
      StepVerifier.create(sender.transport().sendSnapshot(Sample.snapshot(1, 2, 8), steady))
          .expectComplete()
          .verify(WAIT);
      assertThat(Files.size(store.file(8))).isEqualTo(15_000);
    }
  }

  // ---- helpers

  private static Member receiver(SnapshotStore store) {
    return Member.start(2, config -> config.snapshotStore(store));
  }

  private void arrived(Member sender, Member receiver, Message snapshot, long bytes)
      throws IOException {
    long index = snapshot.getSnapshot().getMetadata().getIndex();
    assertThat(Bodies.digest(store.file(index))).isEqualTo(Bodies.digest(bytes));
    assertThat(Bodies.files(directory.resolve("received"))).isEqualTo(1);
    assertThat(receiver.inbound()).containsExactly(snapshot);
    await()
        .atMost(WAIT)
        .until(() -> sender.events(TransportEvent.SnapshotFinished.class).size() == 1);
    TransportEvent.SnapshotFinished finished =
        sender.events(TransportEvent.SnapshotFinished.class).get(0);
    assertThat(finished.index()).isEqualTo(index);
    assertThat(finished.bytes()).isEqualTo(snapshot.getSerializedSize() + bytes);
    assertThat(sender.snapshotFailures()).isEmpty();
  }

  private static void failedOnce(Member sender) {
    await().atMost(WAIT).until(() -> !sender.snapshotFailures().isEmpty());
    await()
        .during(Duration.ofMillis(100))
        .atMost(WAIT)
        .until(() -> sender.snapshotFailures().size() == 1);
    assertThat(sender.events(TransportEvent.SnapshotFinished.class)).isEmpty();
  }

  private static void settled(AtomicLong figure) {
    AtomicLong last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(300))
        .atMost(WAIT)
        .until(() -> last.getAndSet(figure.get()) == figure.get());
  }

  /** Does something when a transfer has ended. */
  private record Ended(Runnable then) implements TransportRecorder, PeerRecorder {

    @Override
    public PeerRecorder peer(MemberId local, MemberId peer) {
      return this;
    }

    @Override
    public PeerRecorder strangers(MemberId local) {
      return this;
    }

    @Override
    public void snapshotEnded(
        Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
      then.run();
    }
  }

  /** Reads the request and then says nothing. */
  private static final class StuckHandler implements RawServer.Handler {
    @Override
    public void handle(RawServer.Request request, RawServer.Reply reply) throws Exception {
      new java.util.concurrent.CountDownLatch(1).await();
    }
  }
}
