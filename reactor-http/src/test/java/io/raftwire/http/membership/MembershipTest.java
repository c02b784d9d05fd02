// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.Peer;
import io.raftwire.PeerUrls;
import io.raftwire.SendOutcome;
import io.raftwire.SnapshotStore;
import io.raftwire.TransportEvent;
import io.raftwire.UnknownPeerException;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.http.server.testkit.RawClient;
import io.raftwire.http.server.testkit.Recording;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MembershipTest {

  private static final Duration WAIT = Duration.ofSeconds(15);
  private static final MemberId TWO = MemberId.of(2);
  private static final PeerUrls NOWHERE = PeerUrls.of("http://127.0.0.1:1");

  @Test
  void membershipCallsMayBeRepeated() {
    try (Member one = Member.start(1)) {
      assertThat(one.transport().addPeer(TWO, NOWHERE)).isTrue();
      assertThat(one.transport().addPeer(TWO, NOWHERE)).isFalse();
      assertThat(one.transport().addPeer(TWO, PeerUrls.of("http://other:1"))).isFalse();
      assertThat(one.transport().peer(TWO).urls()).isEqualTo(NOWHERE);
      assertThat(one.transport().addRemote(TWO, NOWHERE)).isFalse();
      assertThat(one.transport().updatePeer(TWO, PeerUrls.of("http://127.0.0.1:2"))).isTrue();
      assertThat(one.transport().updatePeer(TWO, PeerUrls.of("http://127.0.0.1:2"))).isTrue();
      assertThat(one.transport().peer(TWO).urls()).hasToString("http://127.0.0.1:2");
      assertThat(one.transport().peers()).extracting(Peer::id).containsExactly(TWO);
      assertThat(one.transport().removePeer(TWO)).isTrue();
      assertThat(one.transport().removePeer(TWO)).isFalse();
      assertThat(one.transport().updatePeer(TWO, NOWHERE)).isFalse();
      one.transport().removeAllPeers();
      assertThat(one.transport().peers()).isEmpty();
    }
  }

  @Test
  void ownAndNobodysIdsAreRefused() {
    try (Member one = Member.start(1)) {
      for (MemberId id : List.of(one.id(), MemberId.of(0))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> one.transport().addPeer(id, NOWHERE))
            .withMessage("peer id: " + id + " (expected: another member's, neither 0 nor 1)");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> one.transport().addRemote(id, NOWHERE));
      }
      assertThatThrownBy(() -> one.transport().peer(TWO))
          .isInstanceOf(UnknownPeerException.class)
          .hasMessageContaining("unknown peer 2");
      assertThat(one.transport().activeSince(TWO)).isEmpty();
      one.transport().cut(TWO);
      one.transport().mend(TWO);
    }
  }

  @Test
  void anIdOf64BitsIsAMemberLikeAnother() {
    long large = 0xffff_ffff_ffff_fff0L;
    try (Member one = Member.start(1);
        Member two = Member.start(large)) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, large, 5));
      two.transport().send(Sample.message(MessageType.MsgAppResp, large, 1, 6));
      await().atMost(WAIT).until(() -> one.inbound().size() == 1 && two.inbound().size() == 1);
      assertThat(one.inbound().get(0).getFrom()).isEqualTo(large);
    }
  }

  @Test
  void whatIsUnderWayToARemoteGoesOnWhenItBecomesAPeer() {
    Sinks.Many<ByteBuf> body = Sinks.many().unicast().onBackpressureBuffer();
    AtomicLong saved = new AtomicLong();
    try (Member one = Member.start(1);
        Member two =
            Member.create(2, config -> config.snapshotStore(counting(saved)))
                .takingAll()
                .started()) {
      one.transport().addRemote(two.id(), two.urls());
      StepVerifier.create(one.transport().sendSnapshot(Sample.snapshot(1, 2, 7), body.asFlux()))
          .then(() -> body.tryEmitNext(Unpooled.wrappedBuffer(new byte[200_000])))
          .then(() -> await().atMost(WAIT).until(() -> saved.get() == 200_000))
          .then(() -> assertThat(one.transport().addPeer(two.id(), two.urls())).isTrue())
          .then(body::tryEmitComplete)
          .expectComplete()
          .verify(WAIT);
    }
  }

  private static SnapshotStore counting(AtomicLong saved) {
    return (snapshot, body) ->
        body.map(
                bytes -> {
                  long more = bytes.readableBytes();
                  bytes.release();
                  return saved.addAndGet(more);
                })
            .last(0L);
  }

  @Test
  void nothingIsSentBeforeTheStart() {
    try (Member one = Member.create(1, config -> config)) {
      one.transport().addPeer(TWO, NOWHERE);
      Message message = Sample.message(MessageType.MsgAppResp, 1, 2, 1);
      assertThat(one.transport().send(message)).isEqualTo(SendOutcome.STOPPED);
      assertThat(one.transport().peer(TWO).send(message)).isEqualTo(SendOutcome.STOPPED);
    }
  }

  @Test
  void whatStillWaitsForAPeerThatIsRemovedIsReported() throws Exception {
    try (Member one = Member.start(1)) {
      AtomicLong queued = new AtomicLong();
      for (int round = 0; round < 20; round++) {
        MemberId id = MemberId.of(100 + round);
        one.transport().addPeer(id, NOWHERE);
        Message message = Sample.message(MessageType.MsgAppResp, 1, id.value(), 1);
        Thread sender =
            new Thread(
                () -> {
                  SendOutcome outcome;
                  while ((outcome = one.transport().send(message)) != SendOutcome.UNKNOWN_PEER) {
                    queued.addAndGet(outcome.queued() ? 1 : 0);
                  }
                });
        sender.start();
        one.transport().removePeer(id);
        sender.join();
      }
      await()
          .atMost(WAIT)
          .untilAsserted(
              () ->
                  assertThat(
                          one.events(TransportEvent.MessagesDropped.class).stream()
                              .mapToLong(TransportEvent.MessagesDropped::messages)
                              .sum())
                      .isEqualTo(queued.get()));
    }
  }

  // ---- back-pressured senders

  @Test
  void aPublisherIsAskedWhenThePeerHasTakenItsFirstStream() {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      // It answers what is dialled, but reaches nobody itself.
      two.transport().addPeer(one.id(), NOWHERE);
      one.know(two);
      StepVerifier.create(
              one.transport()
                  .peer(two.id())
                  .send(Flux.just(Sample.message(MessageType.MsgAppResp, 1, 2, 1))))
          .expectComplete()
          .verify(WAIT);
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
    }
  }

  @Test
  void aPublisherIsAskedWhenThePeerHasAnsweredAPost() {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      one.know(two); // which answers one's streams 404, not knowing it
      StepVerifier.create(
              one.transport()
                  .peer(two.id())
                  .send(Flux.just(Sample.message(MessageType.MsgAppResp, 1, 2, 1))))
          .then(() -> one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 9)))
          .expectComplete()
          .verify(WAIT);
      await().atMost(WAIT).until(() -> two.inbound().size() == 2);
    }
  }

  @Test
  void aRemoteIsNoPeerAndMayBecomeOne() {
    Recording recording = new Recording();
    try (Member one = Member.start(1, config -> config.recorder(recording));
        Member two = Member.start(2)) {
      assertThat(one.transport().addRemote(two.id(), two.urls())).isTrue();
      assertThat(one.transport().addRemote(two.id(), two.urls())).isFalse();
      assertThat(one.transport().peers()).isEmpty();
      assertThatThrownBy(() -> one.transport().peer(TWO)).isInstanceOf(UnknownPeerException.class);
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1)).queued())
          .isTrue();
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
      assertThat(one.transport().addPeer(two.id(), two.urls())).isTrue();
      assertThat(one.transport().peers()).hasSize(1);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two));
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 2));
      await().atMost(WAIT).until(() -> two.inbound().size() == 2);
      assertThat(recording.log().stream().filter("open 2"::equals)).hasSize(1);
      assertThat(recording.log()).doesNotContain("close 2");
    }
  }

  @Test
  void remotesAreLearnedFromPostsAndStreamsAndBounded() throws Exception {
    try (Member one = Member.start(1, config -> config.limits(limits -> limits.maxRemotes(2)));
        Member two = Member.start(2)) {
      // From a POST of a member that has not been added here.
      two.know(one);
      two.transport().send(Sample.message(MessageType.MsgAppResp, 2, 1, 1));
      await().atMost(WAIT).until(() -> one.inbound().size() == 1);
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 2)))
          .isEqualTo(SendOutcome.QUEUED);
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
      assertThat(one.transport().peers()).isEmpty();

      // From the request for a stream, and then no further one.
      for (long id = 3; id <= 5; id++) {
        Map<String, String> headers = RawClient.peerHeaders(id);
        headers.put("X-Raft-To", "1");
        headers.put("X-PeerURLs", "http://127.0.0.1:1");
        try (RawClient client = RawClient.connect(one.port())) {
          client.head("GET", "/raft/stream/message/" + id, headers);
          assertThat(client.answer().status()).isEqualTo(404);
        }
      }
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 3, 2)))
          .isEqualTo(SendOutcome.QUEUED);
      for (long id = 4; id <= 5; id++) {
        assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, id, 2)))
            .isEqualTo(SendOutcome.UNKNOWN_PEER);
      }
    }
  }

  @Test
  void whatIsNoUrlIsNotLearned() throws Exception {
    try (Member one = Member.start(1)) {
      for (String urls : List.of("", "nonsense", "http://a:1,x", "ftp://a:1")) {
        Map<String, String> headers = RawClient.peerHeaders(3);
        headers.put("X-PeerURLs", urls);
        try (RawClient client = RawClient.connect(one.port())) {
          byte[] message = Sample.message(MessageType.MsgAppResp, 3, 1, 1).toByteArray();
          client.request("POST", "/raft", headers, message);
          assertThat(client.answer().status()).isEqualTo(204);
        }
      }
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 3, 1)))
          .isEqualTo(SendOutcome.UNKNOWN_PEER);
    }
  }

  @Test
  void statusSaysSinceWhenAndEventsSayWhy() {
    Recording recording = new Recording();
    Instant before = Instant.now();
    try (Member one = Member.start(1, config -> config.recorder(recording))) {
      assertThat(one.transport().activePeers()).isZero();
      try (Member two = Member.start(2)) {
        one.know(two);
        two.know(one);
        await().atMost(WAIT).until(() -> one.active(two));
        assertThat(one.transport().activePeers()).isEqualTo(1);
        assertThat(one.transport().activeSince(TWO))
            .hasValueSatisfying(since -> assertThat(since).isBetween(before, Instant.now()));
        assertThat(one.transport().peer(TWO).activeSince())
            .isEqualTo(one.transport().activeSince(TWO));
        await().atMost(WAIT).until(() -> !one.events(TransportEvent.PeerActive.class).isEmpty());
      }
      await().atMost(WAIT).until(() -> one.transport().activeSince(TWO).isEmpty());
      assertThat(one.transport().activePeers()).isZero();
      await().atMost(WAIT).until(() -> recording.log().contains("inactive 2"));
      assertThat(one.events(TransportEvent.PeerInactive.class))
          .last()
          .satisfies(
              event -> {
                assertThat(event.peer()).isEqualTo(TWO);
                assertThat(event.cause().reason())
                    .isIn(Reason.CLOSED_BY_PEER, Reason.BROKEN, Reason.CONNECT);
              });
      assertThat(recording.log()).containsSubsequence("open 2", "active 2", "inactive 2");
    }
    assertThat(recording.log()).endsWith("close 2");
  }

  @Test
  void aPeerThatIsNotThereIsReportedInactiveOnceWithItsCause() {
    try (Member one = Member.start(1)) {
      one.transport().addPeer(TWO, PeerUrls.of(Ports.freeUrl()));
      await().atMost(WAIT).until(() -> !one.events(TransportEvent.PeerInactive.class).isEmpty());
      assertThat(one.events(TransportEvent.PeerInactive.class).get(0).cause().reason())
          .isEqualTo(Reason.CONNECT);
      await()
          .during(Duration.ofMillis(300))
          .atMost(WAIT)
          .until(() -> one.events(TransportEvent.PeerInactive.class).size() == 1);
    }
  }

  @Test
  void aPeerWithADeadFirstUrlIsFoundAndTheGoodOneIsKept() {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      String dead = Ports.freeUrl();
      one.transport().addPeer(TWO, PeerUrls.of(dead, two.url(), Ports.freeUrl()));
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      long unreachable = one.events(TransportEvent.MessagesDropped.class).size();
      for (int i = 0; i < 20; i++) {
        one.transport().send(Sample.snapshot(1, 2, i));
      }
      await().atMost(WAIT).until(() -> two.inbound().size() >= 20 - 4);
      await()
          .atMost(WAIT)
          .until(
              () ->
                  one.events(TransportEvent.SnapshotFinished.class).size()
                          + one.snapshotFailures().size()
                      == 20);
      assertThat(one.events(TransportEvent.MessagesDropped.class).size() - unreachable)
          .isLessThanOrEqualTo(4);
    }
  }

  @Test
  void newUrlsAreDialledAndTheMemberIsFoundWhereItMovedTo() {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      one.transport().addPeer(TWO, PeerUrls.of(Ports.freeUrl()));
      await().atMost(WAIT).until(() -> !one.events(TransportEvent.PeerInactive.class).isEmpty());
      assertThat(one.transport().updatePeer(TWO, two.urls())).isTrue();
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two));
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 9));
      await()
          .atMost(WAIT)
          .until(() -> two.inbound().stream().anyMatch(message -> message.getIndex() == 9));
    }
  }

  @Test
  void peersComeAndGoWhileMessagesFlow() {
    try (Member one = Member.start(1);
        Member two = Member.start(2);
        Member three = Member.start(3)) {
      one.know(two, three);
      two.know(one);
      three.know(one);
      await().atMost(WAIT).until(() -> one.transport().activePeers() == 2);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicLong sent = new AtomicLong();
      Disposable traffic =
          Flux.<Integer>generate(
                  sink -> {
                    if (stop.get()) {
                      sink.complete();
                    } else {
                      sink.next(1);
                    }
                  })
              .delayElements(Duration.ofMillis(1), Schedulers.parallel())
              .subscribe(
                  tick -> {
                    long index = sent.incrementAndGet();
                    for (long to = 2; to <= 3; to++) {
                      one.transport().send(Sample.append(1, to, index, 10));
                      one.transport().send(Sample.message(MessageType.MsgReadIndex, 1, to, index));
                    }
                  });
      for (int round = 0; round < 20; round++) {
        switch (round % 4) {
          case 0 -> assertThat(one.transport().removePeer(TWO)).isTrue();
          case 1 -> assertThat(one.transport().addPeer(TWO, NOWHERE)).isTrue();
          case 2 -> assertThat(one.transport().updatePeer(TWO, two.urls())).isTrue();
          default -> {
            int had = two.inbound().size();
            await().atMost(WAIT).until(() -> two.inbound().size() > had + 10);
          }
        }
        int had = three.inbound().size();
        await().atMost(WAIT).until(() -> three.inbound().size() > had);
      }
      stop.set(true);
      await().atMost(WAIT).until(traffic::isDisposed);
      long last = sent.get();
      await().atMost(WAIT).until(() -> indexes(three, MessageType.MsgApp).contains(last));
      // The other peer has not noticed: all of it, in order, nothing twice.
      assertThat(indexes(three, MessageType.MsgApp)).isSorted().doesNotHaveDuplicates();
      assertThat(indexes(three, MessageType.MsgApp)).hasSize((int) last);
      assertThat(indexes(two, MessageType.MsgReadIndex)).doesNotHaveDuplicates();
      assertThat(one.transport().peers()).hasSize(2);
    }
  }

  @Test
  void pausedNothingGoesAndResumedItDoes() {
    try (Member one = Member.start(1);
        Member two = Member.start(2)) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      one.transport().pause();
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1)))
          .isEqualTo(SendOutcome.PAUSED);
      two.transport().send(Sample.message(MessageType.MsgAppResp, 2, 1, 2));
      await()
          .during(Duration.ofMillis(200))
          .atMost(WAIT)
          .until(() -> one.inbound().isEmpty() && two.inbound().isEmpty());
      one.transport().addPeer(MemberId.of(3), NOWHERE);
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 3, 1)))
          .as("a peer added meanwhile is paused too")
          .isEqualTo(SendOutcome.PAUSED);
      one.transport().resume();
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 3)).queued())
          .isTrue();
      two.transport().send(Sample.message(MessageType.MsgAppResp, 2, 1, 4));
      await().atMost(WAIT).until(() -> one.inbound().size() == 1 && two.inbound().size() == 1);
      assertThat(one.inbound().get(0).getIndex()).isEqualTo(4);
      assertThat(two.inbound().get(0).getIndex()).isEqualTo(3);
    }
  }

  @Test
  void cutOneLinkAndTheOthersGoOn() {
    try (Member one = Member.start(1);
        Member two = Member.start(2);
        Member three = Member.start(3)) {
      one.know(two, three);
      two.know(one);
      three.know(one);
      await().atMost(WAIT).until(() -> one.transport().activePeers() == 2);
      one.transport().cut(TWO);
      assertThat(one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1)))
          .isEqualTo(SendOutcome.PAUSED);
      two.transport().send(Sample.message(MessageType.MsgAppResp, 2, 1, 1));
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 3, 1));
      three.transport().send(Sample.message(MessageType.MsgAppResp, 3, 1, 7));
      await().atMost(WAIT).until(() -> three.inbound().size() == 1 && one.inbound().size() == 1);
      assertThat(one.inbound()).extracting(Message::getFrom).containsExactly(3L);
      one.transport().mend(TWO);
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 2));
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
    }
  }

  private static List<Long> indexes(Member member, MessageType type) {
    return member.inbound().stream()
        .filter(message -> message.getType() == type)
        .map(Message::getIndex)
        .toList();
  }
}
