// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What any two members must do for each other, whatever each is made of. A subclass says how the
 * two are made; everything else goes through {@link TestPeer}. The two dial each other through
 * proxies, so that a test can disturb them.
 */
@Timeout(60)
abstract class TransportConformanceTest {

  /** Random, and printed when a test fails, so that it can be set to run the same again. */
  private final long seed = new Random().nextLong();

  private final Random random = new Random(seed);
  private final List<AutoCloseable> closeables = new ArrayList<>();

  private TestPeer left;
  private TestPeer right;
  private TcpProxy toLeft;
  private TcpProxy toRight;

  /** A member that is not started. */
  abstract TestPeer newLeft(long id);

  /** A member that is not started, of the kind that the left one is to be tried with. */
  abstract TestPeer newRight(long id);

  /** Whether fields that only raft 3.6 and later know reach the other side. */
  boolean carriesNewerFields() {
    return true;
  }

  @BeforeEach
  void join() {
    System.out.println(getClass().getSimpleName() + ": seed " + seed);
    // One id above 2^63, as etcd's often are.
    left = start(newLeft(0x8e9e_05c5_2164_694dL));
    right = start(newRight(2));
    toLeft = new TcpProxy(port(left));
    toRight = new TcpProxy(port(right));
    closeables.add(toLeft);
    closeables.add(toRight);
    left.addPeer(right.id(), toRight.url());
    right.addPeer(left.id(), toLeft.url());
    awaitConnected();
  }

  private TestPeer start(TestPeer peer) {
    closeables.add(peer::stop);
    peer.start();
    return peer;
  }

  private static int port(TestPeer peer) {
    return Integer.parseInt(peer.url().substring(peer.url().lastIndexOf(':') + 1));
  }

  private void awaitConnected() {
    Await.until("left to right", () -> left.connected(right.id()));
    Await.until("right to left", () -> right.connected(left.id()));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
  }

  // ---- messages
  // ----------------------------------------------------------------------------------

  static Stream<MessageType> wireTypes() {
    return TestMessages.wireTypes();
  }

  @ParameterizedTest
  @MethodSource("wireTypes")
  void everyTypeArrivesFieldByField(MessageType type) {
    for (TestPeer[] way : new TestPeer[][] {{left, right}, {right, left}}) {
      MemberId from = way[0].id();
      MemberId to = way[1].id();
      List<Message> messages = new ArrayList<>();
      messages.add(TestMessages.everyField(type, from, to));
      messages.add(TestMessages.message(type, from, to).build());
      messages.add(TestMessages.message(type, from, to).setReject(true).setTerm(-1).build());
      if (carriesNewerFields()) {
        messages.add(TestMessages.newerFields(messages.get(0)));
      }
      for (Message message : messages) {
        assertThat(way[0].send(message)).isTrue();
        Await.until("a message arrives", () -> way[1].received().size() == 1);
        assertThat(byValue(way[1].received().iterator().next())).isEqualTo(byValue(message));
        way[1].forgetReceived();
      }
    }
  }

  @Test
  void aMessageKeepsItsPlaceInItsStreamAmongThousands() {
    int count = 5_000;
    List<Message> appends = new ArrayList<>();
    List<Message> others = new ArrayList<>();
    long index = 1;
    MessageType[] types = {
      MessageType.MsgAppResp,
      MessageType.MsgProp,
      MessageType.MsgReadIndexResp,
      MessageType.MsgVote,
      MessageType.MsgTimeoutNow
    };
    for (int i = 0; i < count; i++) {
      boolean append = random.nextBoolean();
      MessageType type = append ? MessageType.MsgApp : types[random.nextInt(types.length)];
      Message.Builder message =
          TestMessages.message(type, left.id(), right.id()).setTerm(3).setCommit(i);
      if (append) {
        message.setLogTerm(3).setIndex(index++);
      }
      if (random.nextInt(4) == 0) {
        message.setContext(TestMessages.random(random, random.nextInt(2000)));
      }
      send(left, right, message.build());
      (append ? appends : others).add(message.build());
    }
    Await.until("all arrive", () -> right.received().size() == count);
    List<Message> received = List.copyOf(right.received());
    assertThat(received.stream().filter(m -> m.getType() == MessageType.MsgApp).map(this::byValue))
        .containsExactlyElementsOf(appends.stream().map(this::byValue).toList());
    assertThat(only(received, MessageType.MsgProp))
        .containsExactlyElementsOf(only(others, MessageType.MsgProp));
    assertThat(
            received.stream()
                .filter(m -> m.getType() != MessageType.MsgApp)
                .filter(m -> m.getType() != MessageType.MsgProp)
                .map(this::byValue))
        .containsExactlyElementsOf(
            others.stream()
                .filter(m -> m.getType() != MessageType.MsgProp)
                .map(this::byValue)
                .toList());
  }

  /** The compact frame leaves out what both ends remember, so it must be right at every break. */
  @Test
  void appendsArriveEqualAcrossBreaksOfIndexAndTerm() {
    List<Message> sent = new ArrayList<>();
    long index = 0;
    long term = 0;
    for (int i = 0; i < 3_000; i++) {
      switch (random.nextInt(12)) {
        case 0 -> term++;
        case 1 -> index = random.nextInt(1000);
        case 2 -> index = random.nextLong();
        case 3 -> term = random.nextLong();
        default -> {}
      }
      Message.Builder message =
          TestMessages.message(MessageType.MsgApp, left.id(), right.id())
              .setTerm(term)
              .setLogTerm(random.nextInt(10) == 0 ? term - 1 : term)
              .setIndex(index)
              .setCommit(random.nextLong());
      int entries = random.nextInt(4);
      for (int e = 0; e < entries; e++) {
        long next = index + 1 + (random.nextInt(30) == 0 ? 1 : 0);
        index = next;
        message.addEntries(
            TestMessages.entry(term, next, TestMessages.random(random, random.nextInt(50))));
      }
      switch (random.nextInt(15)) {
        case 0 -> message.setContext(TestMessages.random(random, 5));
        case 1 -> message.setReject(true);
        case 2 -> message.setRejectHint(4);
        default -> {}
      }
      sent.add(message.build());
      send(left, right, message.build());
    }
    Await.until("all arrive", () -> right.received().size() == sent.size());
    assertThat(right.received().stream().map(this::byValue))
        .containsExactlyElementsOf(sent.stream().map(this::byValue).toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 1024, 32_749, 32_768, 65_536, 1 << 20, 8 << 20})
  void entriesOfAnySizeArrive(int size) {
    entryArrives(size);
  }

  @Test
  @Tag("long")
  void anEntryOf64MebibytesArrives() {
    entryArrives(64 << 20);
  }

  private void entryArrives(int size) {
    ByteString data = TestMessages.random(random, size);
    Message before = TestMessages.append(left.id(), right.id(), 5, 9, ByteString.EMPTY);
    Message large = TestMessages.append(left.id(), right.id(), 5, 10, data);
    Message after = TestMessages.append(left.id(), right.id(), 5, 11, ByteString.EMPTY);
    for (Message message : List.of(before, large, after)) {
      send(left, right, message);
    }
    // The other stream is not held up by it.
    Message heartbeat =
        TestMessages.message(MessageType.MsgHeartbeat, left.id(), right.id()).setTerm(5).build();
    send(left, right, heartbeat);
    Await.until("all arrive", () -> right.received().size() == 4);
    assertThat(
            right.received().stream()
                .filter(m -> m.getType() == MessageType.MsgApp)
                .map(this::byValue))
        .containsExactly(byValue(before), byValue(large), byValue(after));
  }

  // ---- trouble
  // -----------------------------------------------------------------------------------

  /**
   * Every message that was taken arrives once, unless it was reported as dropped, or was on a
   * connection whose loss was reported.
   */
  @Test
  void nothingIsLostAcrossReconnectsBeyondWhatWasReported() {
    List<Way> ways = List.of(new Way(left, right), new Way(right, left));
    for (int round = 0; round < 8; round++) {
      int count = 200 + random.nextInt(800);
      int cutAt = random.nextInt(count);
      ways.forEach(Way::begin);
      for (int i = 0; i < count; i++) {
        ways.forEach(way -> way.offer(random.nextInt(3000)));
        if (i == cutAt) {
          toLeft.cut();
          toRight.cut();
        }
      }
      awaitConnected();
      for (Way way : ways) {
        Await.until("in round " + round + " all is accounted for: " + way, way::isAccountedFor);
      }
      settle();
    }
    for (Way way : ways) {
      way.begin();
      for (int i = 0; i < 500; i++) {
        Await.until("the member takes a message", () -> way.offer(10));
      }
      Await.until("undisturbed, nothing is lost: " + way, () -> way.lost() == 0);
      assertThat(way.to.received().stream().map(Message::getIndex)).doesNotHaveDuplicates();
    }
  }

  /** What was sent from one member to another, and what became of it since the last beginning. */
  private static final class Way {

    private final TestPeer from;
    private final TestPeer to;
    private long taken;
    private long lostBefore;
    private long dropsBefore;
    private long reportsBefore;

    Way(TestPeer from, TestPeer to) {
      this.from = from;
      this.to = to;
    }

    void begin() {
      lostBefore += lost();
      dropsBefore = from.reportedDrops();
      reportsBefore = from.unreachableReports();
    }

    boolean offer(int bytes) {
      boolean queued = from.send(TestMessages.bulk(from.id(), to.id(), taken + 1, bytes));
      taken += queued ? 1 : 0;
      return queued;
    }

    long lost() {
      return taken - to.received().size() - lostBefore;
    }

    boolean isAccountedFor() {
      return lost() <= from.reportedDrops() - dropsBefore
          || from.unreachableReports() > reportsBefore;
    }

    @Override
    public String toString() {
      return "from "
          + from.id()
          + ": "
          + taken
          + " taken, "
          + to.received().size()
          + " received, "
          + lostBefore
          + " lost before, "
          + (from.reportedDrops() - dropsBefore)
          + " drops and "
          + (from.unreachableReports() - reportsBefore)
          + " times unreachable reported";
    }
  }

  /** Waits until nothing arrives any more. */
  private void settle() {
    AtomicLong size = new AtomicLong(-1);
    Await.until(
        "nothing is under way",
        () -> {
          Await.during("a while", Duration.ofMillis(120), () -> true);
          long now = (long) left.received().size() + right.received().size();
          return size.getAndSet(now) == now;
        });
  }

  @Test
  void streamsComeBackAfterEachCut() {
    for (int i = 1; i <= 5; i++) {
      toLeft.cut();
      toRight.cut();
      int number = i;
      Await.until(
          "a message gets through",
          () -> {
            left.send(TestMessages.numbered(left.id(), right.id(), number));
            return right.received().stream().anyMatch(m -> m.getIndex() == number);
          });
    }
    awaitConnected();
  }

  @Test
  void delayedBytesArriveAllTheSame() {
    toLeft.delay(Duration.ofMillis(20));
    toRight.delay(Duration.ofMillis(20));
    for (int i = 0; i < 500; i++) {
      send(left, right, TestMessages.numbered(left.id(), right.id(), i));
      send(right, left, TestMessages.numbered(right.id(), left.id(), i));
    }
    Await.until("all arrive", () -> left.received().size() == 500);
    Await.until("all arrive", () -> right.received().size() == 500);
  }

  @Test
  void aMemberThatStartsAnewIsFoundAgain() {
    right.stop();
    Await.until("left noticed", () -> !left.connected(right.id()));
    TestPeer again = newRight(3);
    start(again);
    left.addPeer(again.id(), again.url());
    again.addPeer(left.id(), left.url());
    Await.until("left knows the new one", () -> left.connected(again.id()));
    Await.until("the new one knows left", () -> again.connected(left.id()));
    send(left, again, TestMessages.numbered(left.id(), again.id(), 1));
    Await.until("a message arrives", () -> again.received().size() == 1);
  }

  /** A subscriber that rests is not an unhealthy link. */
  @Test
  void aReaderThatRestsLosesNothing() {
    right.pauseReading();
    long taken = 0;
    for (int i = 0; i < 2_000; i++) {
      if (left.send(TestMessages.bulk(left.id(), right.id(), i, 500))) {
        taken++;
      }
    }
    long sent = taken;
    assertThat(right.received()).isEmpty();
    right.resumeReading();
    Await.until("all arrive", () -> right.received().size() == sent);
    assertThat(left.connected(right.id())).isTrue();
  }

  /** Sends, again if the member has no room. */
  private void send(TestPeer from, TestPeer to, Message message) {
    assertThat(message.getTo()).isEqualTo(to.id().value());
    Await.until("the member takes a message", () -> from.send(message));
  }

  private List<Message> only(List<Message> messages, MessageType type) {
    return messages.stream().filter(m -> m.getType() == type).map(this::byValue).toList();
  }

  /** Equal for messages whose fields have equal values, whether set to zero or not set. */
  private Message byValue(Message m) {
    return m.toBuilder()
        .setTerm(m.getTerm())
        .setLogTerm(m.getLogTerm())
        .setIndex(m.getIndex())
        .setCommit(m.getCommit())
        .setReject(m.getReject())
        .setRejectHint(m.getRejectHint())
        .setContext(m.getContext())
        .setVote(m.getVote())
        .build();
  }
}
