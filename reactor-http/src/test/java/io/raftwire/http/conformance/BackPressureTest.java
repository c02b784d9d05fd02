// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftwire.DropReason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.TransportEvent;
import io.raftwire.TransportStoppedException;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

/** Demand, from raft at one end to whoever sends at the other. */
@Timeout(60)
class BackPressureTest {

  private static final UnaryOperator<RaftHttpConfig.Builder> SHORT_TIMEOUTS =
      config ->
          config.timeouts(
              t ->
                  t.read(Duration.ofSeconds(1))
                      .write(Duration.ofSeconds(1))
                      .linkHeartbeat(Duration.ofMillis(100))
                      .probeInterval(Duration.ofMillis(100)));

  private final List<AutoCloseable> closeables = new ArrayList<>();
  private RaftwirePeer sender;
  private RaftwirePeer receiver;

  @BeforeEach
  void join() {
    sender = create(1, c -> c);
    receiver = create(2, c -> c);
    RaftwirePeer.join(sender, receiver);
  }

  private RaftwirePeer create(long id, UnaryOperator<RaftHttpConfig.Builder> change) {
    RaftwirePeer peer = new RaftwirePeer(id, change);
    closeables.add(peer);
    return peer;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
  }

  private Message bulk(long number, int bytes) {
    return TestMessages.bulk(sender.id(), receiver.id(), number, bytes);
  }

  private static List<Long> numbers(RaftwirePeer peer) {
    return peer.received().stream().map(Message::getIndex).toList();
  }

  // ---- inbound --------------------------------------------------------------------------------

  @Test
  void aSubscriberThatRestsLongerThanAllTimeoutsLosesNothing() {
    sender = create(3, SHORT_TIMEOUTS);
    receiver = create(4, SHORT_TIMEOUTS);
    RaftwirePeer.join(sender, receiver);
    receiver.pauseReading();
    sender.pauseReading();
    AtomicLong there = new AtomicLong();
    AtomicLong back = new AtomicLong();
    long end = System.nanoTime() + Duration.ofMillis(2_500).toNanos();
    Await.until(
        "the senders were at it for long enough",
        () -> {
          while (sender.send(bulk(there.get(), 5_000))) {
            there.incrementAndGet();
          }
          while (receiver.send(TestMessages.bulk(receiver.id(), sender.id(), back.get(), 5_000))) {
            back.incrementAndGet();
          }
          return System.nanoTime() > end;
        });
    assertThat(receiver.received()).isEmpty();
    assertThat(sender.received()).isEmpty();
    receiver.resumeReading();
    sender.resumeReading();
    Await.until("all arrive there", () -> receiver.receivedCount() == there.get());
    Await.until("all arrive back", () -> sender.receivedCount() == back.get());
    assertThat(numbers(receiver)).isEqualTo(LongStream.range(0, there.get()).boxed().toList());
    assertThat(numbers(sender)).isEqualTo(LongStream.range(0, back.get()).boxed().toList());
    assertThat(sender.records(receiver.id()).closed).isEmpty();
    assertThat(receiver.records(sender.id()).closed).isEmpty();
    assertThat(receiver.recorder().stalls.get()).isPositive();
  }

  @Test
  void messagesComeAsTheyAreRequested() {
    receiver.pauseReading();
    for (int i = 0; i < 1_000; i++) {
      assertThat(sender.send(bulk(i, 10))).isTrue();
    }
    long taken = 0;
    for (int n : new int[] {1, 2, 7, 100, 1}) {
      receiver.take(n);
      taken += n;
      long expected = taken;
      Await.until("so many came", () -> receiver.receivedCount() == expected);
    }
    Await.during("and no more", Duration.ofMillis(50), () -> receiver.receivedCount() == 111);
    receiver.resumeReading();
    Await.until("the rest", () -> receiver.receivedCount() == 1_000);
    assertThat(numbers(receiver)).isEqualTo(LongStream.range(0, 1_000).boxed().toList());
  }

  @Test
  void proposalsThatNobodyTakesHoldUpNothingAndAreBounded() {
    RaftwirePeer leaderless =
        create(3, config -> config.limits(l -> l.proposalQueueMessages(100))).withoutProposals();
    RaftwirePeer follower = create(4, c -> c);
    RaftwirePeer.join(follower, leaderless);
    for (int i = 0; i < 300; i++) {
      assertThat(
              follower.send(
                  TestMessages.message(MessageType.MsgProp, follower.id(), leaderless.id())
                      .setIndex(i)
                      .build()))
          .isTrue();
    }
    assertThat(follower.send(TestMessages.numbered(follower.id(), leaderless.id(), 1))).isTrue();
    Await.until("another message passes", () -> leaderless.receivedCount() == 1);
    Await.until(
        "those over the bound are dropped",
        () -> leaderless.records(follower.id()).dropped(DropReason.FULL) == 200);
    Await.until("and reported", () -> leaderless.reportedDrops() == 200);
    List<Long> proposals = new ArrayList<>();
    Disposable subscription =
        leaderless.transport().proposals().subscribe(m -> proposals.add(m.getIndex()));
    assertThat(proposals).isEqualTo(LongStream.range(0, 100).boxed().toList());
    // There is room again.
    assertThat(
            follower.send(
                TestMessages.message(MessageType.MsgProp, follower.id(), leaderless.id())
                    .setIndex(777)
                    .build()))
        .isTrue();
    Await.until("it arrives", () -> proposals.contains(777L));
    subscription.dispose();
  }

  @Test
  void thereIsOneSubscriberAtATime() {
    StepVerifier.create(receiver.transport().inbound())
        .verifyErrorSatisfies(
            e ->
                assertThat(e)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("one at a time"));
    StepVerifier.create(receiver.transport().inboundDeliveries())
        .verifyError(IllegalStateException.class);
    // Proposals are a flux of their own, with one of their own.
    StepVerifier.create(receiver.transport().proposals()).verifyError(IllegalStateException.class);
    assertThat(sender.send(bulk(1, 10))).isTrue();
    Await.until("the first is not disturbed", () -> receiver.receivedCount() == 1);
  }

  @Test
  void afterACancelAnotherSubscriberGetsWhatWaits() {
    receiver.pauseReading();
    for (int i = 0; i < 100; i++) {
      assertThat(sender.send(bulk(i, 10))).isTrue();
    }
    receiver.take(30);
    Await.until("thirty", () -> receiver.receivedCount() == 30);
    receiver.pauseReading();
    receiver.take(30);
    Await.until("thirty more", () -> receiver.receivedCount() == 60);
    receiver.pauseReading();
    receiver.resumeReading();
    Await.until("the rest", () -> receiver.receivedCount() == 100);
    assertThat(numbers(receiver)).isEqualTo(LongStream.range(0, 100).boxed().toList());
  }

  @Test
  void oneSlowPeerDoesNotDelayAnother() {
    RaftwirePeer other = create(3, c -> c);
    other.addPeer(sender.id(), sender.url());
    sender.addPeer(other.id(), other.url());
    other.start();
    Await.until("connected", () -> sender.connected(other.id()) && other.connected(sender.id()));
    receiver.pauseReading();
    AtomicBoolean full = new AtomicBoolean();
    for (int i = 0; i < 100_000 && !full.get(); i++) {
      full.set(!sender.send(bulk(i, 10_000)));
    }
    assertThat(full).isTrue();
    long began = System.nanoTime();
    for (int i = 0; i < 500; i++) {
      assertThat(sender.send(TestMessages.numbered(sender.id(), other.id(), i))).isTrue();
      sender.send(bulk(i, 10_000));
    }
    Await.until("all arrive at the other", () -> other.receivedCount() == 500);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    receiver.resumeReading();
  }

  // ---- send(Publisher) ------------------------------------------------------------------------

  private Mono<Void> send(Flux<Message> messages) {
    return sender.transport().peer(receiver.id()).send(messages);
  }

  private Flux<Message> source(int count, int bytes, AtomicLong produced) {
    return Flux.range(0, count)
        .map(i -> bulk(i, bytes))
        .doOnNext(message -> produced.incrementAndGet())
        .hide();
  }

  @Test
  void onlyWhatFitsIsRequestedAndNothingIsLost() {
    receiver.pauseReading();
    AtomicLong produced = new AtomicLong();
    AtomicBoolean done = new AtomicBoolean();
    int count = 30_000;
    Disposable sending =
        send(source(count, 1_000, produced)).doOnSuccess(v -> done.set(true)).subscribe();
    AtomicLong last = new AtomicLong(-1);
    AtomicLong still = new AtomicLong();
    Await.until(
        "nothing is requested any more",
        () ->
            last.getAndSet(produced.get()) == produced.get()
                ? still.incrementAndGet() > 60
                : still.getAndSet(0) < 0);
    assertThat(produced.get()).isPositive().isLessThan(count);
    assertThat(sender.records(receiver.id()).lanes.get(PeerChannel.MESSAGE).messages())
        .isBetween(1L, 4_096L);
    assertThat(done).isFalse();
    receiver.resumeReading();
    Await.until("all arrive", () -> receiver.receivedCount() == count);
    Await.until("it completes", done::get);
    assertThat(sending.isDisposed()).isTrue();
    assertThat(numbers(receiver)).isEqualTo(LongStream.range(0, count).boxed().toList());
    assertThat(sender.events(TransportEvent.PeerUnreachable.class)).isEmpty();
    assertThat(sender.records(receiver.id()).dropped.get()).isZero();
  }

  /** Waiting for room in bytes is no refusal that raft should hear of. */
  @Test
  void aLaneThatIsFullInBytesIsWaitedForSilently() {
    RaftwirePeer small = create(3, config -> config.limits(l -> l.streamQueueBytes(20_000)));
    RaftwirePeer reader = create(4, c -> c);
    RaftwirePeer.join(small, reader);
    reader.pauseReading();
    AtomicBoolean done = new AtomicBoolean();
    int count = 2_000;
    Disposable sending =
        small
            .transport()
            .peer(reader.id())
            .send(
                Flux.range(0, count).map(i -> TestMessages.bulk(small.id(), reader.id(), i, 9_000)))
            .doOnSuccess(v -> done.set(true))
            .subscribe();
    Await.during("it waits", Duration.ofMillis(300), () -> !done.get());
    reader.resumeReading();
    Await.until("all arrive", () -> reader.receivedCount() == count);
    Await.until("it completes", sending::isDisposed);
    assertThat(numbers(reader)).isEqualTo(LongStream.range(0, count).boxed().toList());
    assertThat(small.events(TransportEvent.PeerUnreachable.class)).isEmpty();
    assertThat(small.records(reader.id()).dropped.get()).isZero();
  }

  @Test
  void aPeerWhoseLinksAllStallWithoutBeingClosedIsInactiveSoon() {
    UnaryOperator<RaftHttpConfig.Builder> soon =
        config ->
            config.timeouts(
                times -> times.read(Duration.ofMillis(500)).linkHeartbeat(Duration.ofMillis(100)));
    RaftwirePeer one = create(3, soon);
    RaftwirePeer other = create(4, soon);
    TcpProxy toOne = new TcpProxy(one.port());
    TcpProxy toOther = new TcpProxy(other.port());
    closeables.add(toOne);
    closeables.add(toOther);
    one.addPeer(other.id(), toOther.url());
    other.addPeer(one.id(), toOne.url());
    one.start();
    other.start();
    Await.until("connected", () -> one.connected(other.id()) && other.connected(one.id()));
    toOne.stall();
    toOther.stall();
    long began = System.nanoTime();
    Await.until(
        "both see it",
        () -> one.transport().activePeers() == 0 && other.transport().activePeers() == 0);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
    toOne.flow();
    toOther.flow();
    Await.until("connected again", () -> one.connected(other.id()) && other.connected(one.id()));
    assertThat(one.transport().activePeers()).isEqualTo(1);
  }

  @Test
  void itGoesOnAfterReconnects() {
    RaftwirePeer source = create(3, c -> c);
    RaftwirePeer target = create(4, c -> c);
    TcpProxy proxy = new TcpProxy(source.port());
    closeables.add(proxy);
    // The target dials the source through the proxy: on these streams the messages travel.
    source.addPeer(target.id(), target.url());
    target.addPeer(source.id(), proxy.url());
    source.start();
    target.start();
    Await.until("connected", () -> source.connected(target.id()));
    int count = 40_000;
    AtomicBoolean done = new AtomicBoolean();
    Disposable sending =
        source
            .transport()
            .peer(target.id())
            .send(
                Flux.range(0, count).map(i -> TestMessages.bulk(source.id(), target.id(), i, 500)))
            .doOnSuccess(v -> done.set(true))
            .subscribe();
    for (int i = 1; i <= 3; i++) {
      long enough = i * 5_000L;
      Await.until("some arrive", () -> target.receivedCount() >= enough);
      proxy.cut();
    }
    Await.until("it completes", done::get);
    assertThat(sending.isDisposed()).isTrue();
    // The last of them may have been under way at the last cut, so it takes others to see the end.
    Await.until(
        "later ones arrive",
        () -> {
          source.transport().send(TestMessages.bulk(source.id(), target.id(), count, 500));
          return numbers(target).contains((long) count);
        });
    assertThat(numbers(target).stream().filter(number -> number < count)).doesNotHaveDuplicates();
    assertThat(source.events(TransportEvent.PeerUnreachable.class)).isNotEmpty();
    // What was lost was under way when a connection was cut: bounded by what kernels hold.
    assertThat(receivedShare(target, count)).isGreaterThan(0.3);
  }

  private static double receivedShare(RaftwirePeer peer, int count) {
    return (double) peer.receivedCount() / count;
  }

  @Test
  void cancellingCancelsThePublisher() {
    TestPublisher<Message> publisher = TestPublisher.create();
    Disposable sending = send(publisher.flux()).subscribe();
    publisher.assertMinRequested(1);
    publisher.next(bulk(1, 10));
    Await.until("it arrives", () -> receiver.receivedCount() == 1);
    sending.dispose();
    publisher.assertCancelled();
    Await.during("all is well", Duration.ofMillis(20), () -> true);
    assertThat(sender.send(bulk(2, 10))).isTrue();
    Await.until("it arrives", () -> receiver.receivedCount() == 2);
  }

  @Test
  void thePublishersErrorIsTheResult() {
    StepVerifier.create(
            send(
                Flux.just(bulk(1, 10)).concatWith(Flux.error(new ArithmeticException("upstream")))))
        .verifyErrorMessage("upstream");
    Await.until("what came before it is sent", () -> receiver.receivedCount() == 1);
  }

  @Test
  void aMessageThatMayNotTravelEndsItAndCancelsThePublisher() {
    List<Message> wrong =
        List.of(
            TestMessages.numbered(sender.id(), MemberId.of(99), 1),
            TestMessages.message(MessageType.MsgHup, sender.id(), receiver.id()).build());
    for (Message message : wrong) {
      TestPublisher<Message> publisher = TestPublisher.create();
      AtomicReference<Throwable> error = new AtomicReference<>();
      send(publisher.flux()).doOnError(error::set).onErrorComplete().subscribe();
      publisher.next(message);
      assertThat(error.get()).isInstanceOf(IllegalArgumentException.class);
      publisher.assertCancelled();
    }
    assertThatThrownBy(() -> sender.transport().peer(receiver.id()).send(wrong.get(0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void removingThePeerEndsIt() {
    TestPublisher<Message> publisher = TestPublisher.create();
    AtomicReference<Throwable> error = new AtomicReference<>();
    send(publisher.flux()).doOnError(error::set).onErrorComplete().subscribe();
    sender.transport().removePeer(receiver.id());
    Await.until("it ends", () -> error.get() != null);
    assertThat(error.get()).isInstanceOf(TransportStoppedException.class);
    publisher.assertCancelled();
  }

  /** Several publishers at once share the lanes without losing or mixing up what is theirs. */
  @Test
  void severalPublishersAtOnce() {
    int each = 5_000;
    AtomicInteger completed = new AtomicInteger();
    for (int p = 0; p < 4; p++) {
      long base = p * 1_000_000L;
      send(Flux.range(0, each).map(i -> bulk(base + i, 100)))
          .doOnSuccess(v -> completed.incrementAndGet())
          .subscribeOn(reactor.core.scheduler.Schedulers.parallel())
          .subscribe();
    }
    Await.until("all arrive", () -> receiver.receivedCount() == 4L * each);
    Await.until("all complete", () -> completed.get() == 4);
    for (int p = 0; p < 4; p++) {
      long base = p * 1_000_000L;
      assertThat(numbers(receiver).stream().filter(n -> n >= base && n < base + 1_000_000).toList())
          .isEqualTo(LongStream.range(base, base + each).boxed().toList());
    }
  }
}
