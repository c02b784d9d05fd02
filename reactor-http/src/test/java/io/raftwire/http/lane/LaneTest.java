// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.DropReason;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.test.util.RaceTestUtils;

@Timeout(30)
class LaneTest {

  private final PeerRecorder recorder =
      TransportRecorder.noop().peer(MemberId.of(1), MemberId.of(2));

  private Lane lane(int messages, long bytes, int reserve) {
    return new Lane(PeerChannel.MESSAGE, new LaneLimits(messages, bytes, reserve), recorder);
  }

  private static Message message(MessageType type, long index) {
    return Message.newBuilder().setType(type).setIndex(index).build();
  }

  private static Message bulk(long index, int bytes) {
    return Message.newBuilder()
        .setType(MessageType.MsgAppResp)
        .setIndex(index)
        .setContext(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  private static Message heartbeat(long term, long commit, String context) {
    return Message.newBuilder()
        .setType(MessageType.MsgHeartbeat)
        .setTerm(term)
        .setCommit(commit)
        .setContext(ByteString.copyFromUtf8(context))
        .build();
  }

  private static boolean offer(Lane lane, Message message) {
    return lane.offer(message, message.getSerializedSize(), MessageClass.of(message));
  }

  private static List<Message> poll(Lane lane) {
    List<Message> messages = new ArrayList<>();
    for (Message next = lane.poll(); next != null; next = lane.poll()) {
      messages.add(next);
      lane.release(1, next.getSerializedSize());
    }
    return messages;
  }

  // ---- its end

  @Test
  void aClosedLaneDropsWhatWaitsAndWhatStillComes() {
    Lane lane = lane(1000, 1 << 20, 0);
    List<Lane.Dropped> reports = new ArrayList<>();
    offer(lane, bulk(1, 10));
    offer(lane, bulk(2, 10));
    long bytes = lane.bytes();
    lane.close(DropReason.REMOVED, reports::add);
    assertThat(reports).containsExactly(new Lane.Dropped(2, bytes));
    assertThat(offer(lane, bulk(3, 10))).isTrue();
    assertThat(reports).hasSize(2).last().isEqualTo(new Lane.Dropped(1, bytes / 2));
    assertThat(lane.messages()).isZero();
  }

  @Test
  void aLaneThatIsClosedUnderItsConsumerIsClearedWhenThatLeaves() {
    Lane lane = lane(1000, 1 << 20, 0);
    List<Lane.Dropped> reports = new ArrayList<>();
    assertThat(lane.claim()).isTrue();
    offer(lane, bulk(1, 10));
    lane.close(DropReason.REMOVED, reports::add);
    offer(lane, bulk(2, 10));
    assertThat(reports).isEmpty();
    lane.relinquish();
    assertThat(reports).extracting(Lane.Dropped::messages).containsExactly(2L);
    assertThat(lane.messages()).isZero();
  }

  @RepeatedTest(200)
  void whoeverOffersWhileALaneIsClosedIsToldOf() {
    Lane lane = lane(1000, 1 << 20, 0);
    AtomicLong reported = new AtomicLong();
    RaceTestUtils.race(
        () -> lane.close(DropReason.REMOVED, dropped -> reported.addAndGet(dropped.messages())),
        () -> offer(lane, bulk(1, 10)),
        () -> offer(lane, bulk(2, 10)));
    assertThat(reported).hasValue(2);
    assertThat(lane.messages()).isZero();
  }

  // ---- bounds ---------------------------------------------------------------------------------

  @Test
  void messagesLeaveInTheOrderTheyCame() {
    Lane lane = lane(1000, 1 << 20, 0);
    List<Message> sent = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      sent.add(message(i % 3 == 0 ? MessageType.MsgVote : MessageType.MsgAppResp, i));
      assertThat(offer(lane, sent.get(i))).isTrue();
    }
    assertThat(lane.messages()).isEqualTo(500);
    assertThat(lane.bytes()).isEqualTo(sent.stream().mapToLong(Message::getSerializedSize).sum());
    assertThat(poll(lane)).isEqualTo(sent);
    assertThat(lane.messages()).isZero();
    assertThat(lane.bytes()).isZero();
  }

  @Test
  void itHoldsSoManyMessages() {
    Lane lane = lane(3, 1 << 20, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(lane.room()).isEqualTo(3 - i);
      assertThat(offer(lane, bulk(i, 10))).isTrue();
    }
    assertThat(lane.room()).isZero();
    assertThat(offer(lane, bulk(3, 10))).isFalse();
    Message first = lane.poll();
    assertThat(offer(lane, bulk(3, 10))).as("polled is not yet released").isFalse();
    lane.release(1, first.getSerializedSize());
    assertThat(offer(lane, bulk(3, 10))).isTrue();
  }

  @Test
  void itHoldsSoManyBytes() {
    int size = bulk(1, 100).getSerializedSize();
    Lane lane = lane(1000, 2L * size + 1, 0);
    assertThat(offer(lane, bulk(1, 100))).isTrue();
    assertThat(offer(lane, bulk(2, 100))).isTrue();
    assertThat(offer(lane, bulk(3, 100))).isFalse();
    assertThat(lane.bytes()).isEqualTo(2L * size);
  }

  @Test
  void anEmptyLaneTakesOneMessageOfAnySize() {
    Lane lane = lane(1000, 50, 0);
    assertThat(offer(lane, bulk(1, 5_000))).isTrue();
    assertThat(offer(lane, bulk(2, 1))).isFalse();
    assertThat(poll(lane)).hasSize(1);
    assertThat(offer(lane, bulk(2, 1))).isTrue();
    assertThat(offer(lane, bulk(3, 5_000))).isFalse();
  }

  @ParameterizedTest
  @EnumSource(
      value = MessageType.class,
      names = {
        "MsgVote",
        "MsgVoteResp",
        "MsgPreVote",
        "MsgPreVoteResp",
        "MsgTimeoutNow",
        "MsgHeartbeatResp"
      })
  void urgentMessagesHaveAReserve(MessageType type) {
    Lane lane = lane(5, 1 << 20, 4);
    for (int i = 0; i < 5; i++) {
      assertThat(offer(lane, bulk(i, 10))).isTrue();
    }
    for (int i = 0; i < 4; i++) {
      assertThat(offer(lane, bulk(9, 10))).isFalse();
      assertThat(offer(lane, message(type, i))).isTrue();
    }
    assertThat(offer(lane, message(type, 4))).isFalse();
    assertThat(lane.messages()).isEqualTo(9);
    assertThat(lane.room()).isZero();
  }

  @Test
  void theLargestLimitsDoNotOverflow() {
    Lane lane = lane(LaneLimits.MAX_MESSAGES, LaneLimits.MAX_BYTES, 0);
    Message message = bulk(1, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(lane.offer(message, LaneLimits.MAX_BYTES / 2, MessageClass.APPEND))
          .isEqualTo(i < 2);
    }
    assertThat(lane.bytes()).isEqualTo(LaneLimits.MAX_BYTES);
    assertThat(lane.messages()).isEqualTo(2);
    lane.poll();
    lane.release(1, LaneLimits.MAX_BYTES / 2);
    assertThat(lane.messages()).isEqualTo(1);
    assertThat(lane.bytes()).isEqualTo(LaneLimits.MAX_BYTES / 2);
  }

  // ---- heartbeats -----------------------------------------------------------------------------

  @Test
  void aNewerHeartbeatTakesTheOldersPlace() {
    Lane lane = lane(10, 1 << 20, 0);
    offer(lane, bulk(1, 1));
    offer(lane, heartbeat(1, 1, ""));
    offer(lane, bulk(2, 1));
    offer(lane, heartbeat(1, 2, ""));
    offer(lane, heartbeat(2, 300, "context"));
    assertThat(lane.messages()).isEqualTo(3);
    assertThat(lane.bytes())
        .isEqualTo(
            2L * bulk(1, 1).getSerializedSize() + heartbeat(2, 300, "context").getSerializedSize());
    assertThat(poll(lane)).containsExactly(bulk(1, 1), heartbeat(2, 300, "context"), bulk(2, 1));
    assertThat(lane.bytes()).isZero();
    offer(lane, heartbeat(3, 1, ""));
    assertThat(poll(lane)).containsExactly(heartbeat(3, 1, ""));
  }

  @Test
  void aLargerHeartbeatTakesNoMoreRoomThanThereIs() {
    int reserve = (int) LaneLimits.URGENT_RESERVE_BYTES;
    Lane lane = lane(10, 1000, 5);
    Message others = bulk(1, 900);
    Message small = heartbeat(1, 1, "");
    Message fits = heartbeat(2, 1, "x".repeat(reserve));
    Message tooLarge = heartbeat(3, 1, "x".repeat(reserve + 200));
    offer(lane, others);
    assertThat(offer(lane, small)).isTrue();
    assertThat(offer(lane, tooLarge)).isFalse();
    assertThat(lane.bytes()).isEqualTo(others.getSerializedSize() + small.getSerializedSize());
    assertThat(offer(lane, fits)).isTrue();
    assertThat(poll(lane)).containsExactly(others, fits);
    assertThat(lane.bytes()).isZero();

    offer(lane, small);
    assertThat(offer(lane, tooLarge)).as("alone, as in an empty lane").isTrue();
    assertThat(poll(lane)).containsExactly(tooLarge);
  }

  @Test
  void aReadsContextAndAHigherTermAreNotLost() {
    Lane lane = lane(10, 1 << 20, 0);
    offer(lane, heartbeat(2, 1, "read"));
    offer(lane, heartbeat(2, 2, ""));
    offer(lane, heartbeat(1, 3, ""));
    offer(lane, heartbeat(-1, 4, ""));
    assertThat(poll(lane))
        .containsExactly(heartbeat(2, 1, "read"), heartbeat(2, 2, ""), heartbeat(-1, 4, ""));
  }

  @RepeatedTest(300)
  void replacingRacesWithTaking() {
    Lane lane = lane(10, 1 << 20, 5);
    offer(lane, heartbeat(1, 1, ""));
    List<Message> taken = new ArrayList<>();
    RaceTestUtils.race(
        () -> offer(lane, heartbeat(1, 2, "larger")), () -> taken.addAll(poll(lane)));
    taken.addAll(poll(lane));
    assertThat(taken).endsWith(heartbeat(1, 2, "larger"));
    assertThat(lane.messages()).isZero();
    assertThat(lane.bytes()).isZero();
  }

  // ---- one consumer ---------------------------------------------------------------------------

  @Test
  void oneConsumerAtATime() {
    Lane lane = lane(10, 1 << 20, 0);
    assertThat(lane.claim()).isTrue();
    assertThat(lane.claim()).isFalse();
    lane.relinquish();
    assertThat(lane.claim()).isTrue();
  }

  @Test
  void theConsumerIsWokenOncePerRest() {
    Lane lane = lane(100, 1 << 20, 0);
    AtomicInteger wakes = new AtomicInteger();
    offer(lane, bulk(1, 1));
    lane.onAvailable(wakes::incrementAndGet);
    assertThat(wakes).hasValue(1);
    offer(lane, bulk(2, 1));
    assertThat(wakes).hasValue(1);
    assertThat(lane.idle()).as("there is something").isFalse();
    poll(lane);
    assertThat(lane.idle()).isTrue();
    offer(lane, bulk(3, 1));
    offer(lane, bulk(4, 1));
    assertThat(wakes).hasValue(2);
  }

  @Test
  void clearingTakesOutAndRecordsAll() {
    List<DropReason> reasons = new ArrayList<>();
    PeerRecorder drops =
        new PeerRecorder() {
          @Override
          public void dropped(
              PeerChannel channel,
              MessageClass messageClass,
              DropReason reason,
              long messages,
              long bytes) {
            reasons.add(reason);
          }
        };
    Lane lane = new Lane(PeerChannel.MSGAPP, new LaneLimits(10, 1 << 20, 0), drops);
    offer(lane, bulk(1, 1));
    offer(lane, heartbeat(1, 1, ""));
    long bytes = lane.bytes();
    assertThat(lane.clear(DropReason.REMOVED)).isEqualTo(new Lane.Dropped(2, bytes));
    assertThat(reasons).containsExactly(DropReason.REMOVED, DropReason.REMOVED);
    assertThat(lane.messages()).isZero();
    assertThat(lane.clear(DropReason.REMOVED)).isEqualTo(new Lane.Dropped(0, 0));
  }

  @Test
  void listenersHearOfRoom() {
    Lane lane = lane(10, 1 << 20, 0);
    AtomicInteger heard = new AtomicInteger();
    Runnable listener = heard::incrementAndGet;
    lane.addRoomListener(listener);
    offer(lane, bulk(1, 1));
    poll(lane);
    assertThat(heard).hasValue(1);
    lane.removeRoomListener(listener);
    offer(lane, bulk(1, 1));
    poll(lane);
    assertThat(heard).hasValue(1);
  }

  // ---- how long messages wait -----------------------------------------------------------------

  /** A lane that adds to a list how long messages waited. */
  private static Lane timedLane(List<Long> waits) {
    PeerRecorder times =
        new PeerRecorder() {
          @Override
          public void queued(PeerChannel channel, long nanos) {
            waits.add(nanos);
          }
        };
    return new Lane(PeerChannel.MSGAPP, new LaneLimits(1000, 1 << 20, 0), times);
  }

  private static void pollBatch(Lane lane, int messages) {
    long bytes = 0;
    for (int i = 0; i < messages; i++) {
      bytes += lane.poll().getSerializedSize();
    }
    lane.release(messages, bytes);
  }

  @Test
  void aBatchSaysOnceHowLongItsOldestMessageWaited() {
    List<Long> waits = new ArrayList<>();
    Lane lane = timedLane(waits);
    for (int batch = 1; batch <= 3; batch++) {
      long before = System.nanoTime();
      offer(lane, bulk(1, 1));
      long after = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        offer(lane, i % 100 == 0 ? heartbeat(1, i, "") : bulk(i, 1));
      }
      int messages = (int) lane.messages();
      long pollNanos = System.nanoTime();
      pollBatch(lane, messages);
      assertThat(waits).hasSize(batch);
      assertThat(waits.get(batch - 1)).isBetween(pollNanos - after, System.nanoTime() - before);
    }
  }

  @Test
  void aMessageAloneIsABatch() {
    List<Long> waits = new ArrayList<>();
    Lane lane = timedLane(waits);
    for (int i = 1; i <= 100; i++) {
      offer(lane, i % 2 == 0 ? heartbeat(1, i, "") : bulk(i, 1));
      pollBatch(lane, 1);
      assertThat(waits).hasSize(i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 500})
  void aLaneThatIsNeverEmptySaysItOnceABatch(int waiting) {
    List<Long> waits = new ArrayList<>();
    Lane lane = timedLane(waits);
    for (int i = 0; i < waiting; i++) {
      offer(lane, bulk(i, 1));
    }
    for (int batch = 0; batch < 1000; batch++) {
      for (int i = 0; i < 5; i++) {
        offer(lane, bulk(i, 1));
      }
      pollBatch(lane, 5);
    }
    // What waits at the end has not been told yet.
    assertThat(waits).hasSizeBetween(1000 - waiting / 5 - 1, 1000);
  }

  @Test
  void whatIsClearedHasNoTime() {
    List<Long> waits = new ArrayList<>();
    Lane lane = timedLane(waits);
    offer(lane, bulk(1, 1));
    lane.clear(DropReason.REMOVED);
    assertThat(waits).isEmpty();
    offer(lane, bulk(1, 1));
    pollBatch(lane, 1);
    assertThat(waits).hasSize(1);
  }

  // ---- races ----------------------------------------------------------------------------------

  /**
   * Several offer, one takes and rests; none is lost, each one's order is kept, no bound breaks.
   */
  @RepeatedTest(5)
  void manyOfferOneTakes() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("LaneTest.manyOfferOneTakes: seed " + seed);
    int producers = 3;
    int each = 20_000;
    int maxMessages = 200;
    long maxBytes = 20_000;
    Lane lane = lane(maxMessages, maxBytes, 10);
    CountDownLatch done = new CountDownLatch(1);
    ExecutorService threads = Executors.newFixedThreadPool(producers + 1);
    List<Long> taken = new ArrayList<>();
    AtomicLong woken = new AtomicLong();
    AtomicLong total = new AtomicLong();
    ExecutorService consumer = Executors.newSingleThreadExecutor();
    assertThat(lane.claim()).isTrue();
    Runnable drain =
        () -> {
          woken.incrementAndGet();
          do {
            for (Message next = lane.poll(); next != null; next = lane.poll()) {
              assertThat(lane.messages()).isLessThanOrEqualTo(maxMessages + 10);
              taken.add(next.getIndex());
              lane.release(1, next.getSerializedSize());
              if (total.incrementAndGet() == (long) producers * each) {
                done.countDown();
              }
            }
          } while (!lane.idle());
        };
    lane.onAvailable(() -> consumer.execute(drain));
    List<Future<?>> offering = new ArrayList<>();
    for (int p = 0; p < producers; p++) {
      long base = p * 1_000_000L;
      Random random = new Random(seed + p);
      offering.add(
          threads.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  Message next = bulk(base + i, random.nextInt(300));
                  while (!offer(lane, next)) {
                    Thread.onSpinWait();
                  }
                }
              }));
    }
    for (Future<?> future : offering) {
      future.get();
    }
    done.await();
    consumer.shutdown();
    threads.shutdown();
    for (int p = 0; p < producers; p++) {
      long base = p * 1_000_000L;
      List<Long> its = taken.stream().filter(n -> n >= base && n < base + 1_000_000).toList();
      assertThat(its).hasSize(each).isSorted().doesNotHaveDuplicates();
    }
    assertThat(lane.messages()).isZero();
    assertThat(lane.bytes()).isZero();
    assertThat(woken).hasPositiveValue();
  }

  @RepeatedTest(500)
  void restingRacesWithOffering() {
    Lane lane = lane(10, 1 << 20, 0);
    AtomicInteger wakes = new AtomicInteger();
    lane.claim();
    lane.onAvailable(wakes::incrementAndGet);
    offer(lane, bulk(1, 1));
    poll(lane);
    boolean[] rests = new boolean[1];
    RaceTestUtils.race(() -> offer(lane, bulk(2, 1)), () -> rests[0] = lane.idle());
    // Either the consumer was told not to rest, or it is woken.
    assertThat(rests[0] ? wakes.get() : 2).isEqualTo(2);
    assertThat(poll(lane)).hasSize(1);
  }

  @RepeatedTest(300)
  void theLastRoomIsTakenOnce() {
    Lane lane = lane(1, 1 << 20, 0);
    boolean[] taken = new boolean[2];
    RaceTestUtils.race(
        () -> taken[0] = offer(lane, bulk(1, 1)), () -> taken[1] = offer(lane, bulk(2, 1)));
    assertThat(taken[0] ^ taken[1]).isTrue();
    assertThat(lane.messages()).isEqualTo(1);
  }
}
