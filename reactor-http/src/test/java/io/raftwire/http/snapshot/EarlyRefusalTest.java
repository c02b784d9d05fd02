// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.raftwire.ClusterId;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.SnapshotStore;
import io.raftwire.TransportEvent;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Refusals that come while the body is still being sent: the answer must not be lost. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EarlyRefusalTest {

  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final long MIB = 1L << 20;

  @TempDir Path directory;

  private DirectorySnapshotStore store;

  @BeforeEach
  void open() throws IOException {
    store = DirectorySnapshotStore.open(directory.resolve("received"));
  }

  @Test
  void anEarlyRefusalIsSeenAsSuchWhileTheBodyIsStillSent() throws Exception {
    Path file = Bodies.write(directory.resolve("body"), 64 * MIB);
    RaftHttpConfig other =
        RaftHttpConfig.builder(MemberId.of(1), ClusterId.of(0xbeef))
            .listenUrls(PeerUrls.of(Ports.freeUrl()))
            .build();
    RaftHttpTransport stranger = RaftHttpTransport.create(other);
    List<TransportEvent> events = new CopyOnWriteArrayList<>();
    stranger.events().subscribe(events::add);
    try (Member receiver = receiver(store)) {
      stranger.start().block(WAIT);
      stranger.addRemote(receiver.id(), receiver.urls());
      for (int i = 0; i < 5; i++) {
        Message snapshot = Sample.snapshot(1, 2, 7);
        for (Mono<Void> transfer :
            List.of(
                stranger.sendSnapshot(snapshot, Bodies.flux(64 * MIB)),
                stranger.sendSnapshot(snapshot, file))) {
          StepVerifier.create(transfer)
              .expectErrorSatisfies(
                  cause -> {
                    assertThat(cause).isInstanceOf(LinkException.class);
                    assertThat(((LinkException) cause).failure().reason())
                        .as("%s", cause)
                        .isEqualTo(Reason.CLUSTER_ID);
                  })
              .verify(WAIT);
        }
      }
      assertThat(Bodies.files(directory.resolve("received"))).isZero();
      await()
          .atMost(WAIT)
          .until(
              () -> events.stream().anyMatch(TransportEvent.ClusterIdMismatch.class::isInstance));
    } finally {
      stranger.stop().block(WAIT);
    }
  }

  @Test
  void aStoreThatFailsAtOnceIsAnswered500Too() throws Exception {
    SnapshotStore failing = (snapshot, body) -> Mono.error(new IOException("no disk"));
    try (Member sender = Member.start(1);
        Member receiver = receiver(failing)) {
      sender.know(receiver);
      for (long size : new long[] {10, 64 * MIB}) {
        StepVerifier.create(
                sender.transport().sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(size)))
            .expectErrorSatisfies(
                cause ->
                    assertThat(cause)
                        .hasMessageContaining("status 500")
                        .hasMessageContaining("no disk"))
            .verify(WAIT);
      }
    }
  }

  @Test
  void atMostSoManyAtOnce() throws Exception {
    Slow slow = new Slow();
    try (Member sender = Member.start(1);
        Member receiver =
            Member.start(
                2,
                config ->
                    config
                        .snapshotStore(slow)
                        .limits(limits -> limits.maxConcurrentSnapshots(1)))) {
      sender.know(receiver);
      AtomicReference<Throwable> outcome = new AtomicReference<>();
      Disposable first =
          sender
              .transport()
              .sendSnapshot(Sample.snapshot(1, 2, 1), Bodies.flux(MIB))
              .subscribe(ignored -> {}, outcome::set);
      await().atMost(WAIT).until(() -> slow.subscribed.get() != null);
      StepVerifier.create(
              sender.transport().sendSnapshot(Sample.snapshot(1, 2, 2), Bodies.flux(32 * MIB)))
          .expectErrorSatisfies(
              cause ->
                  assertThat(cause)
                      .hasMessageContaining("status 503: already receiving 1 snapshots at once"))
          .verify(WAIT);
      slow.subscribed.get().request(Long.MAX_VALUE);
      await().atMost(WAIT).until(first::isDisposed);
      assertThat(outcome).hasValue(null);

      Disposable third =
          sender
              .transport()
              .sendSnapshot(Sample.snapshot(1, 2, 3), Bodies.flux(MIB))
              .subscribe(ignored -> {}, outcome::set);
      await().atMost(WAIT).until(() -> slow.saves.get() == 2);
      slow.subscribed.get().request(Long.MAX_VALUE);
      await().atMost(WAIT).until(third::isDisposed);
      assertThat(outcome).hasValue(null);
    }
  }

  @Test
  void aStoreThatFailsIsAnswered500AndTheSenderFailsOnce() throws Exception {
    SnapshotStore failing =
        (snapshot, body) ->
            body.doOnNext(ByteBuf::release).take(3).then(Mono.error(new IOException("disk full")));
    try (Member sender = Member.start(1);
        Member receiver = receiver(failing)) {
      sender.know(receiver);
      AtomicInteger errors = new AtomicInteger();
      StepVerifier.create(
              sender
                  .transport()
                  .sendSnapshot(Sample.snapshot(1, 2, 7), Bodies.flux(64 * MIB))
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

  private static Member receiver(SnapshotStore store) {
    return Member.start(2, config -> config.snapshotStore(store));
  }

  private static void failedOnce(Member sender) {
    await().atMost(WAIT).until(() -> !sender.snapshotFailures().isEmpty());
    await()
        .during(Duration.ofMillis(100))
        .atMost(WAIT)
        .until(() -> sender.snapshotFailures().size() == 1);
    assertThat(sender.events(TransportEvent.SnapshotFinished.class)).isEmpty();
  }
}
