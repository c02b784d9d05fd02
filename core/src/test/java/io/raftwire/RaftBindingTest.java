// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.raftwire.LinkFailure.Reason;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class RaftBindingTest {

  private final FakeTransport transport = new FakeTransport();
  private final FakeRaft raft = new FakeRaft();

  @Test
  void messagesAreProcessedOneAtATimeInOrder() {
    bind();
    FakeDelivery first = transport.message(MessageType.MsgApp, 1);
    FakeDelivery second = transport.message(MessageType.MsgApp, 2);
    FakeDelivery third = transport.message(MessageType.MsgApp, 3);

    assertThat(raft.indexes()).containsExactly(1L);
    assertThat(first.answer).isNull();
    raft.complete();
    assertThat(first.answer).isEqualTo("acknowledged");
    assertThat(raft.indexes()).containsExactly(1L, 2L);
    assertThat(second.answer).isNull();
    raft.complete();
    raft.complete();
    assertThat(raft.indexes()).containsExactly(1L, 2L, 3L);
    assertThat(List.of(second.answer, third.answer)).containsOnly("acknowledged");
  }

  @Test
  void aPendingProposalHoldsUpNothingButProposals() {
    bind();
    transport.proposal(1);
    FakeDelivery waiting = transport.proposal(2);
    FakeDelivery message = transport.message(MessageType.MsgHeartbeat, 10);

    assertThat(raft.indexes()).containsExactly(1L, 10L);
    raft.completeLast();
    assertThat(message.answer).isEqualTo("acknowledged");
    assertThat(raft.indexes()).containsExactly(1L, 10L);
    raft.complete();
    assertThat(raft.indexes()).containsExactly(1L, 10L, 2L);
    assertThat(waiting.answer).isNull();
  }

  @Test
  void aFailureIsHandedBackAndTheNextMessageGoesOn() {
    bind();
    FakeDelivery removed = transport.message(MessageType.MsgApp, 1);
    FakeDelivery failed = transport.message(MessageType.MsgApp, 2);
    FakeDelivery good = transport.message(MessageType.MsgApp, 3);
    MemberRemovedException gone = new MemberRemovedException(MemberId.of(9));
    IllegalStateException broken = new IllegalStateException("broken");

    raft.fail(gone);
    raft.fail(broken);
    raft.complete();

    assertThat(removed.answer).isEqualTo("failed: " + gone);
    assertThat(failed.answer).isEqualTo("failed: " + broken);
    assertThat(good.answer).isEqualTo("acknowledged");
  }

  @Test
  void aProcessThatThrowsIsAFailureToo() {
    raft.thrown = new IllegalArgumentException("thrown");
    bind();
    FakeDelivery thrown = transport.message(MessageType.MsgApp, 1);
    raft.thrown = null;
    FakeDelivery next = transport.message(MessageType.MsgApp, 2);
    raft.complete();

    assertThat(thrown.answer).contains("thrown");
    assertThat(next.answer).isEqualTo("acknowledged");
  }

  @Test
  void eventsBecomeReports() {
    bind();
    MemberId peer = MemberId.of(2);
    LinkFailure cause = LinkFailure.of(PeerChannel.PIPELINE, "post", Reason.BROKEN, "gone");
    transport.event(new TransportEvent.PeerActive(peer, PeerChannel.MESSAGE));
    transport.event(new TransportEvent.PeerUnreachable(peer, cause));
    transport.event(new TransportEvent.SnapshotFinished(peer, 5, 10, Duration.ofSeconds(1)));
    transport.event(new TransportEvent.SnapshotFailed(MemberId.of(3), 5, cause));
    transport.event(new TransportEvent.PeerInactive(peer, cause));
    transport.event(new TransportEvent.MemberRemoved(peer, cause));
    transport.event(new TransportEvent.ClockDrift(peer, Duration.ofDays(1), Duration.ZERO));

    assertThat(raft.reports)
        .containsExactly("unreachable 2", "snapshot 2 FINISH", "snapshot 3 FAILURE");
  }

  @Test
  void theTransportAsksRaftWhoWasRemoved() {
    bind();
    assertThat(transport.removed.test(MemberId.of(9))).isTrue();
    assertThat(transport.removed.test(MemberId.of(2))).isFalse();
  }

  @Test
  void disposingEndsTheSubscriptionsOnly() {
    Disposable binding = bind();
    assertThat(transport.subscribers()).isEqualTo(3);
    binding.dispose();
    assertThat(transport.subscribers()).isZero();
    assertThat(transport.otherCalls).isEmpty();
  }

  @Test
  void disposingAnswersWhatRaftHasNotFinishedWith() {
    Disposable binding = bind();
    FakeDelivery done = transport.message(MessageType.MsgApp, 1);
    raft.complete();
    FakeDelivery underWay = transport.message(MessageType.MsgApp, 2);
    FakeDelivery next = transport.message(MessageType.MsgApp, 3);
    FakeDelivery proposal = transport.proposal(4);

    binding.dispose();

    assertThat(done.answer).isEqualTo("acknowledged");
    assertThat(List.of(underWay, next, proposal))
        .allSatisfy(delivery -> assertThat(delivery.answer).contains("disposed"));
    assertThat(raft.indexes()).containsExactly(1L, 2L, 4L);
  }

  @Test
  void theNoopRecorderTakesEverything() {
    TransportRecorder recorder = TransportRecorder.noop();
    assertThat(TransportRecorder.noop()).isSameAs(recorder);
    MemberId one = MemberId.of(1);
    assertThatNoException()
        .isThrownBy(
            () -> {
              recorder.inboundStalled(Duration.ZERO);
              for (PeerRecorder peer :
                  List.of(recorder.peer(one, MemberId.of(2)), recorder.strangers(one))) {
                peer.sent(PeerChannel.MSGAPP, 1, 2, 3);
                peer.received(PeerChannel.MSGAPP, 1, 2, 3);
                peer.sendFailed(PeerChannel.MSGAPP);
                peer.receiveFailed(PeerChannel.MSGAPP);
                peer.dropped(PeerChannel.MSGAPP, MessageClass.VOTE, DropReason.FULL, 1, 2);
                peer.queued(PeerChannel.MSGAPP, 1);
                peer.lane(PeerChannel.MSGAPP, null);
                peer.active();
                peer.inactive(null);
                peer.streamOpened(PeerChannel.MSGAPP, PeerRecorder.Direction.SEND);
                peer.streamClosed(
                    PeerChannel.MSGAPP, PeerRecorder.Direction.SEND, Reason.LOCAL, Duration.ZERO);
                peer.snapshotStarted(PeerRecorder.Direction.RECEIVE);
                peer.snapshotProgress(PeerRecorder.Direction.RECEIVE, 1);
                peer.snapshotEnded(PeerRecorder.Direction.RECEIVE, Duration.ZERO, null);
                peer.probed(PeerChannel.PIPELINE, Duration.ZERO, Duration.ZERO);
                peer.probeFailed(PeerChannel.PIPELINE);
                peer.close();
              }
            });
  }

  private Disposable bind() {
    return RaftBinding.bind(raft, transport.asTransport());
  }

  // ---- fakes

  private static final class FakeDelivery implements Delivery {
    private final Message message;
    private String answer;

    FakeDelivery(MessageType type, long index) {
      this.message = Message.newBuilder().setType(type).setIndex(index).setFrom(2).build();
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public void acknowledge() {
      assertThat(answer).isNull();
      answer = "acknowledged";
    }

    @Override
    public void fail(Throwable cause) {
      assertThat(answer).isNull();
      answer = "failed: " + cause;
    }
  }

  private static final class FakeRaft implements Raft {
    private final List<Message> processed = new ArrayList<>();
    private final Deque<Sinks.Empty<Void>> pending = new ArrayDeque<>();
    private final List<String> reports = new ArrayList<>();
    private RuntimeException thrown;

    List<Long> indexes() {
      return processed.stream().map(Message::getIndex).toList();
    }

    void complete() {
      pending.removeFirst().tryEmitEmpty();
    }

    void completeLast() {
      pending.removeLast().tryEmitEmpty();
    }

    void fail(Throwable cause) {
      pending.removeFirst().tryEmitError(cause);
    }

    @Override
    public Mono<Void> process(Message message) {
      if (thrown != null) {
        throw thrown;
      }
      processed.add(message);
      Sinks.Empty<Void> done = Sinks.empty();
      pending.add(done);
      return done.asMono();
    }

    @Override
    public boolean isIdRemoved(MemberId id) {
      return id.value() == 9;
    }

    @Override
    public void reportUnreachable(MemberId id) {
      reports.add("unreachable " + id);
    }

    @Override
    public void reportSnapshot(MemberId id, SnapshotStatus status) {
      reports.add("snapshot " + id + " " + status);
    }
  }

  private static final class FakeTransport {
    private final Sinks.Many<Delivery> messages = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Many<Delivery> proposals = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Many<TransportEvent> events = Sinks.many().multicast().directBestEffort();
    private final List<String> otherCalls = new ArrayList<>();
    private Predicate<MemberId> removed = id -> false;

    FakeDelivery message(MessageType type, long index) {
      FakeDelivery delivery = new FakeDelivery(type, index);
      messages.tryEmitNext(delivery).orThrow();
      return delivery;
    }

    FakeDelivery proposal(long index) {
      FakeDelivery delivery = new FakeDelivery(MessageType.MsgProp, index);
      proposals.tryEmitNext(delivery).orThrow();
      return delivery;
    }

    void event(TransportEvent event) {
      events.tryEmitNext(event).orThrow();
    }

    int subscribers() {
      return messages.currentSubscriberCount()
          + proposals.currentSubscriberCount()
          + events.currentSubscriberCount();
    }

    @SuppressWarnings("unchecked")
    RaftTransport asTransport() {
      return (RaftTransport)
          Proxy.newProxyInstance(
              RaftTransport.class.getClassLoader(),
              new Class<?>[] {RaftTransport.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "inboundDeliveries" -> messages.asFlux();
                    case "proposalDeliveries" -> proposals.asFlux();
                    case "events" -> events.asFlux();
                    case "removedMembers" -> {
                      removed = (Predicate<MemberId>) arguments[0];
                      yield null;
                    }
                    default -> {
                      otherCalls.add(method.getName());
                      throw new UnsupportedOperationException(method.getName());
                    }
                  });
    }
  }
}
