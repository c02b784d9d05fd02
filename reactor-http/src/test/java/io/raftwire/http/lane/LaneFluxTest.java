// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;
import reactor.test.util.RaceTestUtils;

@Timeout(30)
class LaneFluxTest {

  private final Lane lane =
      new Lane(
          PeerChannel.PIPELINE,
          new LaneLimits(100, 1 << 20, 0),
          TransportRecorder.noop().peer(MemberId.of(1), MemberId.of(2)));

  private static Message message(long index) {
    return Message.newBuilder().setType(MessageType.MsgAppResp).setIndex(index).build();
  }

  private void offer(long index) {
    Message message = message(index);
    assertThat(lane.offer(message, message.getSerializedSize(), MessageClass.APPEND)).isTrue();
  }

  @Test
  void messagesLeaveAsTheyAreRequested() {
    IntStream.range(0, 10).forEach(this::offer);
    StepVerifier.create(new LaneFlux(lane).map(Message::getIndex), 0)
        .thenRequest(2)
        .expectNext(0L, 1L)
        .then(() -> assertThat(lane.messages()).isEqualTo(8))
        .thenRequest(Long.MAX_VALUE)
        .expectNextCount(8)
        .then(() -> offer(10))
        .expectNext(10L)
        .thenCancel()
        .verify();
    assertThat(lane.messages()).isZero();
    assertThat(lane.claim()).as("it is free again").isTrue();
  }

  @Test
  void thereIsOneConsumer() {
    LaneFlux flux = new LaneFlux(lane);
    TestSubscriber<Message> first = TestSubscriber.create();
    flux.subscribe(first);
    StepVerifier.create(flux).verifyError(IllegalStateException.class);
    StepVerifier.create(new LaneFlux(lane)).verifyError(IllegalStateException.class);
    offer(1);
    assertThat(first.getReceivedOnNext()).containsExactly(message(1));
    first.cancel();
    StepVerifier.create(new LaneFlux(lane).take(1))
        .then(() -> offer(2))
        .expectNextCount(1)
        .verifyComplete();
  }

  @Test
  void completesWhenTheLaneIsEmptyAndNotBefore() {
    LaneFlux flux = new LaneFlux(lane);
    IntStream.range(0, 3).forEach(this::offer);
    StepVerifier.create(flux.map(Message::getIndex), 1)
        .expectNext(0L)
        .then(flux::completeWhenEmpty)
        .then(() -> offer(3))
        .thenRequest(2)
        .expectNext(1L, 2L)
        .then(() -> assertThat(lane.claim()).as("one waits yet").isFalse())
        .thenRequest(1)
        .expectNext(3L)
        .verifyComplete(); // with nothing more requested
    assertThat(lane.claim()).as("it is free again").isTrue();
  }

  @Test
  void anEmptyLaneCompletesAtOnce() {
    LaneFlux flux = new LaneFlux(lane);
    StepVerifier.create(flux).then(flux::completeWhenEmpty).verifyComplete();
    assertThat(lane.claim()).isTrue();
    offer(1);
    assertThat(lane.messages()).as("left to the next consumer").isEqualTo(1);
  }

  @Test
  void mayBeAskedToCompleteBeforeItIsSubscribedTo() {
    LaneFlux flux = new LaneFlux(lane);
    flux.completeWhenEmpty();
    offer(1);
    StepVerifier.create(flux).expectNext(message(1)).verifyComplete();
  }

  @RepeatedTest(300)
  void completingRacesWithOffering() {
    LaneFlux flux = new LaneFlux(lane);
    TestSubscriber<Message> subscriber = TestSubscriber.create();
    flux.subscribe(subscriber);
    offer(1);
    RaceTestUtils.race(flux::completeWhenEmpty, () -> offer(2));
    assertThat(subscriber.isTerminatedComplete()).isTrue();
    assertThat(subscriber.getReceivedOnNext().size() + lane.messages()).isEqualTo(2);
    assertThat(lane.claim()).isTrue();
  }

  @RepeatedTest(300)
  void completingRacesWithRequesting() {
    LaneFlux flux = new LaneFlux(lane);
    TestSubscriber<Message> subscriber = TestSubscriber.builder().initialRequest(0).build();
    flux.subscribe(subscriber);
    offer(1);
    RaceTestUtils.race(flux::completeWhenEmpty, () -> subscriber.request(1));
    assertThat(subscriber.getReceivedOnNext()).containsExactly(message(1));
    assertThat(subscriber.isTerminatedComplete()).isTrue();
  }

  @RepeatedTest(300)
  void requestingRacesWithOffering() {
    TestSubscriber<Message> subscriber = TestSubscriber.builder().initialRequest(0).build();
    new LaneFlux(lane).subscribe(subscriber);
    RaceTestUtils.race(() -> subscriber.request(2), () -> offer(1), () -> offer(2));
    assertThat(subscriber.getReceivedOnNext()).hasSize(2);
    assertThat(lane.messages()).isZero();
  }

  @RepeatedTest(300)
  void cancellingRacesWithOffering() {
    TestSubscriber<Message> subscriber = TestSubscriber.create();
    new LaneFlux(lane).subscribe(subscriber);
    RaceTestUtils.race(subscriber::cancel, () -> offer(1));
    assertThat(lane.claim()).isTrue();
    int left = lane.poll() == null ? 0 : 1;
    assertThat(subscriber.getReceivedOnNext().size() + left).isEqualTo(1);
  }
}
