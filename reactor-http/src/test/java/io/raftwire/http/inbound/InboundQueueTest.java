// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.Delivery;
import io.raftwire.TransportRecorder;
import io.raftwire.http.config.Limits;
import io.raftwire.http.server.testkit.Recording;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.BaseSubscriber;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;
import reactor.test.util.RaceTestUtils;

@Timeout(30)
class InboundQueueTest {

  private final InboundQueue queue = new InboundQueue(TransportRecorder.noop());
  private final AtomicInteger exhausted = new AtomicInteger();
  private final List<Long> acknowledged = new ArrayList<>();

  private static Message message(long index) {
    return Message.newBuilder().setType(MessageType.MsgAppResp).setIndex(index).build();
  }

  private Arrivals single(long index) {
    return new SingleArrival(
        message(index), cause -> acknowledged.add(index), exhausted::incrementAndGet);
  }

  // What would run on the thread that brings batches.
  private final Queue<Runnable> passedOn = new ArrayDeque<>();
  private boolean passesOn;

  private Arrivals batch(long from, int size) {
    return new Arrivals() {
      @Override
      public boolean passTo(Runnable handOut) {
        return passesOn && passedOn.add(handOut);
      }

      @Override
      public int size() {
        return size;
      }

      @Override
      public Message message(int index) {
        return InboundQueueTest.message(from + index);
      }

      @Override
      public Delivery delivery(int index) {
        return new SingleArrival(message(index), SingleArrival.Acknowledgement.NONE, () -> {});
      }

      @Override
      public void taken(int index) {}

      @Override
      public void exhausted() {
        exhausted.incrementAndGet();
      }
    };
  }

  /** Of a hundred messages each. */
  private void offerTwentyBatchesThatPassOn() {
    passesOn = true;
    for (int i = 0; i < 20; i++) {
      queue.offer(batch(100L * i, 100));
    }
  }

  @Test
  void messagesAreHandedOutAsRequested() {
    queue.offer(batch(0, 5));
    queue.offer(single(5));
    StepVerifier.create(queue.messages().map(Message::getIndex), 0)
        .thenRequest(3)
        .expectNext(0L, 1L, 2L)
        .then(() -> assertThat(exhausted).hasValue(0))
        .thenRequest(2)
        .expectNext(3L, 4L)
        .then(() -> assertThat(exhausted).hasValue(1))
        .then(() -> assertThat(acknowledged).isEmpty())
        .thenRequest(1)
        .expectNext(5L)
        .then(() -> assertThat(exhausted).hasValue(2))
        .then(() -> assertThat(acknowledged).containsExactly(5L))
        .then(queue::complete)
        .verifyComplete();
  }

  @Test
  void aThreadPassesOnWhatOthersBroughtAfterItsTurn() {
    offerTwentyBatchesThatPassOn();
    TestSubscriber<Message> subscriber = TestSubscriber.create();
    queue.messages().subscribe(subscriber);
    assertThat(subscriber.getReceivedOnNext()).hasSize(600);
    assertThat(passedOn).hasSize(1);
    queue.offer(batch(2000, 1));
    assertThat(subscriber.getReceivedOnNext()).as("nobody else comes in between").hasSize(600);

    passedOn.remove().run();
    assertThat(subscriber.getReceivedOnNext()).hasSize(1200);
    passesOn = false;
    passedOn.remove().run();
    assertThat(subscriber.getReceivedOnNext())
        .as("who is refused goes on")
        .extracting(Message::getIndex)
        .containsExactlyElementsOf(LongStream.rangeClosed(0, 2000).boxed().toList());
    queue.offer(single(2001));
    assertThat(subscriber.getReceivedOnNext()).hasSize(2002);
    assertThat(exhausted).hasValue(22);
  }

  /** Many small batches, each handed out before the next comes, are a turn, too. */
  @Test
  void aTurnIsNotBegunAnewWhenTheQueueWasEmptyForAMoment() {
    passesOn = true;
    AtomicInteger received = new AtomicInteger();
    queue
        .messages()
        .subscribe(
            message -> {
              if (received.incrementAndGet() < 10_000) {
                queue.offer(batch(0, 1));
              }
            });
    queue.offer(batch(0, 1));
    assertThat(received).hasValue(512);
    assertThat(passedOn).hasSize(1);
  }

  @Test
  void whatIsPassedOnMayBeCancelledOrCompletedMeanwhile() {
    offerTwentyBatchesThatPassOn();
    TestSubscriber<Message> first = TestSubscriber.create();
    queue.messages().subscribe(first);
    first.cancel();
    TestSubscriber<Message> second = TestSubscriber.create();
    queue.messages().subscribe(second);
    passedOn.remove().run();
    assertThat(first.getReceivedOnNext()).hasSize(600);
    assertThat(second.getReceivedOnNext()).first().extracting(Message::getIndex).isEqualTo(600L);
    queue.complete();
    passedOn.remove().run();
    assertThat(second.isTerminatedComplete()).isTrue();
    assertThat(second.getReceivedOnNext()).hasSize(600);
  }

  @Test
  void demandIsKeptWhenTheTurnIsPassedOn() {
    offerTwentyBatchesThatPassOn();
    TestSubscriber<Message> subscriber = TestSubscriber.builder().initialRequest(1_000).build();
    queue.messages().subscribe(subscriber);
    passedOn.remove().run();
    assertThat(subscriber.getReceivedOnNext()).hasSize(1_000);
    subscriber.request(1_000);
    while (!passedOn.isEmpty()) {
      passedOn.remove().run();
    }
    assertThat(subscriber.getReceivedOnNext()).hasSize(2_000);
  }

  @Test
  void theNextSubscriberGoesOnInTheMiddleOfABatch() {
    queue.offer(batch(0, 6));
    StepVerifier.create(queue.messages().map(Message::getIndex).take(2))
        .expectNext(0L, 1L)
        .verifyComplete();
    StepVerifier.create(queue.deliveries().map(d -> d.message().getIndex()), 2)
        .expectNext(2L, 3L)
        .thenCancel()
        .verify();
    StepVerifier.create(queue.messages().map(Message::getIndex), 2)
        .expectNext(4L, 5L)
        .thenCancel()
        .verify();
    assertThat(exhausted).hasValue(1);
  }

  /** Cancelling makes room for another at once, even from within a signal. */
  @Test
  void oneMayFollowFromWithinASignal() {
    queue.offer(batch(0, 6));
    StepVerifier.create(queue.messages().map(Message::getIndex).take(2).repeat(2))
        .expectNext(0L, 1L, 2L, 3L, 4L, 5L)
        .verifyComplete();
  }

  @RepeatedTest(300)
  void oneMayFollowWhileTheLastSignalIsUnderWay() {
    TestSubscriber<Message> first = TestSubscriber.create();
    queue.messages().subscribe(first);
    TestSubscriber<Message> second = TestSubscriber.create();
    RaceTestUtils.race(
        () -> queue.offer(batch(0, 50)),
        () -> {
          first.cancel();
          queue.messages().subscribe(second);
        });
    assertThat(second.isTerminated()).isFalse();
    List<Long> got = new ArrayList<>();
    first.getReceivedOnNext().forEach(m -> got.add(m.getIndex()));
    int protocol = first.getReceivedOnNext().size();
    second.getReceivedOnNext().forEach(m -> got.add(m.getIndex()));
    // The one that was being handed over at the cancel may have been swallowed by it.
    assertThat(got).isSorted().hasSizeBetween(49, 50);
    assertThat(protocol).isBetween(0, 50);
  }

  @Test
  void aSecondSubscriberIsRefused() {
    TestSubscriber<Message> first = TestSubscriber.create();
    queue.messages().subscribe(first);
    StepVerifier.create(queue.messages()).verifyError(IllegalStateException.class);
    queue.offer(single(1));
    assertThat(first.getReceivedOnNext()).containsExactly(message(1));
  }

  @Test
  void completionComesEvenWithoutDemandAndToWhoComesLate() {
    queue.offer(single(1));
    TestSubscriber<Message> first = TestSubscriber.builder().initialRequest(0).build();
    queue.messages().subscribe(first);
    queue.complete();
    assertThat(first.isTerminatedComplete()).isTrue();
    StepVerifier.create(queue.messages()).verifyComplete();
  }

  @Test
  void aSubscriberThatThrowsGetsNoMore() {
    List<Long> seen = new ArrayList<>();
    queue
        .messages()
        .subscribe(
            new BaseSubscriber<Message>() {
              @Override
              public void hookOnNext(Message value) {
                seen.add(value.getIndex());
                throw new IllegalStateException("thrown by the test");
              }

              @Override
              protected void hookOnError(Throwable cause) {
                // It has been told by itself.
              }
            });
    queue.offer(batch(0, 3));
    assertThat(seen).containsExactly(0L);
    StepVerifier.create(queue.messages().map(Message::getIndex), 2)
        .expectNext(1L, 2L)
        .thenCancel()
        .verify();
  }

  @Test
  void ofAnAcknowledgementTheFirstCounts() {
    AtomicReference<Throwable> result = new AtomicReference<>(new IllegalStateException("none"));
    AtomicInteger times = new AtomicInteger();
    queue.offer(
        new SingleArrival(
            message(1),
            cause -> {
              result.set(cause);
              times.incrementAndGet();
            },
            () -> {}));
    TestSubscriber<Delivery> subscriber = TestSubscriber.create();
    queue.deliveries().subscribe(subscriber);
    assertThat(times).hasValue(0);
    Delivery delivery = subscriber.getReceivedOnNext().get(0);
    delivery.fail(new ArithmeticException());
    delivery.acknowledge();
    delivery.fail(new IllegalStateException());
    assertThat(times).hasValue(1);
    assertThat(result.get()).isInstanceOf(ArithmeticException.class);
  }

  @Test
  void manyBringOneTakes() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("InboundQueueTest.manyBringOneTakes: seed " + seed);
    int sources = 4;
    int each = 10_000;
    ExecutorService threads = Executors.newFixedThreadPool(sources + 1);
    TestSubscriber<Message> subscriber = TestSubscriber.builder().initialRequest(0).build();
    queue.messages().subscribe(subscriber);
    List<Future<?>> work = new ArrayList<>();
    for (int s = 0; s < sources; s++) {
      long base = s * 1_000_000L;
      Random random = new Random(seed + s);
      work.add(
          threads.submit(
              () -> {
                for (int done = 0; done < each; ) {
                  int size = Math.min(each - done, 1 + random.nextInt(20));
                  queue.offer(batch(base + done, size));
                  done += size;
                }
              }));
    }
    Random random = new Random(seed - 1);
    work.add(
        threads.submit(
            () -> {
              for (long requested = 0; requested < (long) sources * each; ) {
                int n = 1 + random.nextInt(50);
                subscriber.request(n);
                requested += n;
              }
            }));
    for (Future<?> future : work) {
      future.get();
    }
    threads.shutdown();
    List<Long> all = subscriber.getReceivedOnNext().stream().map(Message::getIndex).toList();
    assertThat(all).hasSize(sources * each);
    for (int s = 0; s < sources; s++) {
      long base = s * 1_000_000L;
      assertThat(all.stream().filter(n -> n >= base && n < base + 1_000_000).toList())
          .isEqualTo(LongStream.range(base, base + each).boxed().toList());
    }
  }

  @Test
  void anErrorOfTheSubscriberIsItsEndAndNobodyElses() {
    InboundQueue queue = new InboundQueue(TransportRecorder.noop());
    queue
        .messages()
        .subscribe(
            message -> {
              throw new NoClassDefFoundError("thrown by the test");
            });
    queue.offer(new SingleArrival(message(1), cause -> {}, () -> {}));
    TestSubscriber<Message> next = TestSubscriber.create();
    queue.messages().subscribe(next);
    queue.offer(new SingleArrival(message(2), cause -> {}, () -> {}));
    queue.complete();
    assertThat(next.getReceivedOnNext()).contains(message(2));
    assertThat(next.isTerminatedComplete()).isTrue();
  }

  @Test
  void proposalsThatWaitAreNoStallOfTheInboundFlux() {
    Recording recording = new Recording();
    Inbox inbox = Inbox.create(Limits.builder().build(), recording);
    inbox.proposals().messages().subscribe(TestSubscriber.builder().initialRequest(0).build());
    inbox.proposals().offer(message(1), 2, SingleArrival.Acknowledgement.NONE);
    assertThat(recording.stalls()).isZero();
    inbox.messages().messages().subscribe(TestSubscriber.builder().initialRequest(0).build());
    inbox.messages().offer(new SingleArrival(message(1), cause -> {}, () -> {}));
    assertThat(recording.stalls()).isEqualTo(1);
  }

  @Test
  void proposalsAreBoundedInMessagesAndBytes() {
    ProposalQueue proposals = new ProposalQueue(3, 100);
    assertThat(proposals.offer(message(1), 500, SingleArrival.Acknowledgement.NONE))
        .as("an empty queue takes one of any size")
        .isTrue();
    assertThat(proposals.offer(message(2), 1, SingleArrival.Acknowledgement.NONE)).isFalse();
    StepVerifier.create(proposals.messages().map(Message::getIndex), 1)
        .expectNext(1L)
        .thenCancel()
        .verify();
    for (int i = 0; i < 3; i++) {
      assertThat(proposals.offer(message(i), 10, SingleArrival.Acknowledgement.NONE)).isTrue();
    }
    assertThat(proposals.offer(message(9), 10, SingleArrival.Acknowledgement.NONE)).isFalse();
    StepVerifier.create(proposals.deliveries(), 3).expectNextCount(3).thenCancel().verify();
    assertThat(proposals.offer(message(9), 10, SingleArrival.Acknowledgement.NONE)).isTrue();
  }
}
