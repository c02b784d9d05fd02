// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.raftwire.ClusterId;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * What any two members must do for each other, whatever each is made of. A subclass says how the
 * two are made; everything else goes through {@link TestPeer}. The two dial each other through
 * proxies, so that a test can disturb them.
 */
@Timeout(60)
abstract class TransportConformanceTest {

  private static final AtomicLong SNAPSHOT_INDEX = new AtomicLong(100);

  /** Random, and printed before a test, so that it can be set to run the same again. */
  private final long seed = new Random().nextLong();

  private final Random random = new Random(seed);
  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  @TempDir Path directory;

  private TestPeer left;
  private TestPeer right;
  private TcpProxy toLeft;
  private TcpProxy toRight;

  /** A member that is not started. */
  abstract TestPeer newLeft(TestPeer.Spec spec);

  /** A member that is not started, of the kind that the left one is to be tried with. */
  abstract TestPeer newRight(TestPeer.Spec spec);

  /**
   * Whether the left member keeps the compact frame of the msgapp stream for a MsgApp that it can
   * carry whole: one without fields that raft sets on no MsgApp, and with consecutive entries.
   */
  boolean sparesCompactFramesWhatTheyCannotCarry() {
    return true;
  }

  @BeforeEach
  void join() throws Exception {
    System.out.println(getClass().getSimpleName() + ": seed " + seed);
    // One id above 2^63, as etcd's often are.
    left = start(newLeft(spec(0x8e9e_05c5_2164_694dL)));
    right = start(newRight(spec(2)));
    toLeft = proxy(left);
    toRight = proxy(right);
    left.addPeer(right.id(), toRight.url());
    right.addPeer(left.id(), toLeft.url());
    awaitConnected();
  }

  final TestPeer left() {
    return left;
  }

  final TestPeer right() {
    return right;
  }

  /** What another member is made from. */
  final TestPeer.Spec spec(long id) throws IOException {
    return TestPeer.Spec.of(id, Files.createTempDirectory(directory, "member"));
  }

  final TestPeer start(TestPeer peer) {
    closeables.push(peer::stop);
    peer.start();
    return peer;
  }

  private TcpProxy proxy(TestPeer peer) {
    TcpProxy proxy = new TcpProxy(peer.spec().port());
    closeables.push(proxy);
    return proxy;
  }

  final void awaitConnected() {
    awaitConnected(left, right);
  }

  final void awaitConnected(TestPeer one, TestPeer other) {
    Await.until(one + " to " + other, () -> one.connected(other.id()));
    Await.until(other + " to " + one, () -> other.connected(one.id()));
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
  }

  // ---- messages -------------------------------------------------------------------------------

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
      messages.add(TestMessages.newerFields(messages.get(0)));
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
    boolean any = sparesCompactFramesWhatTheyCannotCarry();
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
        long next = index + 1 + (any && random.nextInt(30) == 0 ? 1 : 0);
        index = next;
        message.addEntries(
            TestMessages.entry(term, next, TestMessages.random(random, random.nextInt(50))));
      }
      switch (any ? random.nextInt(15) : -1) {
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
  @ValueSource(
      ints = {0, 1, 64, 1024, 32_749, 32_768, 65_536, 262_144, 524_288, 1 << 20, 8 << 20, 17 << 20})
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

  // ---- trouble --------------------------------------------------------------------------------

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
  void aMemberThatStartsAnewIsFoundAgain() throws Exception {
    right.stop();
    Await.until("left noticed", () -> !left.connected(right.id()));
    TestPeer again = start(newRight(spec(3)));
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

  /** Traffic goes both ways while the right member dies and comes back, three times. */
  @Test
  void aMemberThatDiesUnderTrafficIsTalkedToAgain() throws Exception {
    AtomicLong number = new AtomicLong();
    Disposable traffic =
        Flux.interval(Duration.ofMillis(1))
            .onBackpressureDrop()
            .publishOn(Schedulers.boundedElastic(), 1)
            .subscribe(
                tick -> {
                  for (int i = 0; i < 5; i++) {
                    long n = number.incrementAndGet();
                    left.send(TestMessages.bulk(left.id(), right.id(), n, 2000));
                    left.send(TestMessages.append(left.id(), right.id(), 4, n, ByteString.EMPTY));
                  }
                });
    try {
      for (int life = 0; life < 3; life++) {
        TestPeer before = right;
        Await.until("traffic arrives", () -> before.received().size() > 100);
        before.kill();
        Await.until("left noticed", () -> !left.active(before.id()));
        // The same member, with nothing but its id left of its former life.
        TestPeer after = start(newRight(spec(before.id().value())));
        after.addPeer(left.id(), toLeft.url());
        toRight.target(after.spec().port());
        right = after;
        awaitConnected();
        Await.until("left counts it as active", () -> left.active(after.id()));
      }
    } finally {
      traffic.dispose();
    }
    // POSTs stood in for the streams for a while, so there is no order; but nothing comes twice.
    settle();
    for (MessageType type : List.of(MessageType.MsgApp, MessageType.MsgAppResp)) {
      assertThat(right.received().stream().filter(m -> m.getType() == type).map(Message::getIndex))
          .doesNotHaveDuplicates();
    }
    // Undisturbed again, nothing is lost, and there is order.
    List<Long> sent = LongStream.range(0, 1000).boxed().toList();
    sent.forEach(i -> send(left, right, TestMessages.numbered(left.id(), right.id(), i)));
    Supplier<List<Long>> arrived =
        () ->
            right.received().stream()
                .filter(m -> m.getType() == MessageType.MsgAppResp && m.getContext().isEmpty())
                .map(Message::getIndex)
                .toList();
    Await.until("all arrive", () -> arrived.get().size() >= sent.size());
    assertThat(arrived.get()).isEqualTo(sent);
  }

  // ---- posts and snapshots --------------------------------------------------------------------

  /** A remote has no streams: everything to it is a POST, in no order. */
  @Test
  void everyTypeArrivesByPost() throws Exception {
    TestPeer third = start(newLeft(spec(3)));
    TestPeer fourth = start(newRight(spec(4)));
    third.addRemote(fourth.id(), fourth.url());
    fourth.addRemote(third.id(), third.url());
    for (TestPeer[] way : new TestPeer[][] {{third, fourth}, {fourth, third}}) {
      List<Message> messages =
          TestMessages.wireTypes()
              .map(type -> TestMessages.everyField(type, way[0].id(), way[1].id()))
              .toList();
      messages.forEach(message -> send(way[0], way[1], message));
      Await.until("all arrive", () -> way[1].received().size() == messages.size());
      assertThat(way[1].received().stream().map(this::byValue))
          .containsExactlyInAnyOrderElementsOf(messages.stream().map(this::byValue).toList());
      assertThat(way[0].connected(way[1].id())).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 65_536, 20_000_003})
  void aSnapshotArrivesWhole(long bytes) throws Exception {
    snapshotArrives(left, right, bytes, false);
    snapshotArrives(left, right, bytes, true);
    snapshotArrives(right, left, bytes, false);
  }

  @Test
  @Tag("long")
  @Timeout(180)
  void aSnapshotOfOneGibibyteArrivesWhole() throws Exception {
    snapshotArrives(left, right, 1L << 30, false);
    snapshotArrives(right, left, 1L << 30, true);
  }

  private void snapshotArrives(TestPeer from, TestPeer to, long bytes, boolean fromFile)
      throws Exception {
    to.forgetReceived();
    Message snapshot = snapshot(from, to);
    long began = System.nanoTime();
    String sha256 = from.sendSnapshot(snapshot, bytes, fromFile).get(120, TimeUnit.SECONDS);
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "%s: snapshot of %d bytes from %s in %.2f s%n",
        getClass().getSimpleName(), bytes, from == left ? "left" : "right", seconds);
    Await.until("raft is told", () -> to.received().size() == 1);
    assertThat(byValue(to.received().iterator().next())).isEqualTo(byValue(snapshot));
    TestPeer.Saved expected =
        new TestPeer.Saved(snapshot.getSnapshot().getMetadata().getIndex(), bytes, sha256);
    Await.until("it is whole", () -> to.saved().contains(expected));
  }

  private static Message snapshot(TestPeer from, TestPeer to) {
    Message.Builder snapshot =
        TestMessages.everyField(MessageType.MsgSnap, from.id(), to.id()).toBuilder();
    snapshot.getSnapshotBuilder().getMetadataBuilder().setIndex(SNAPSHOT_INDEX.incrementAndGet());
    return snapshot.build();
  }

  /** A connection that breaks in the middle is a failure for the one, and nothing for the other. */
  @Test
  void aSnapshotThatBreaksOffFails() throws Exception {
    for (TestPeer[] way : new TestPeer[][] {{left, right}, {right, left}}) {
      TcpProxy proxy = way[1] == left ? toLeft : toRight;
      proxy.delay(Duration.ofMillis(5));
      CompletableFuture<String> transfer =
          way[0].sendSnapshot(snapshot(way[0], way[1]), 200L << 20, false);
      Await.during("a while", Duration.ofMillis(300), () -> !transfer.isDone());
      proxy.cut();
      assertThatThrownBy(() -> transfer.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
      proxy.delay(Duration.ZERO);
      assertThat(way[1].saved()).isEmpty();
      assertThat(only(List.copyOf(way[1].received()), MessageType.MsgSnap)).isEmpty();
    }
    awaitConnected();
    aSnapshotArrivesWhole(1000);
  }

  // ---- membership and health ------------------------------------------------------------------

  @Test
  void probesFindThePeerHealthy() {
    Await.until("probed by left", () -> left.probedHealthy(right.id()));
    Await.until("probed by right", () -> right.probedHealthy(left.id()));
    assertThat(left.active(right.id())).isTrue();
    assertThat(right.active(left.id())).isTrue();
    assertThat(left.activePeers()).isEqualTo(1);
    assertThat(right.activePeers()).isEqualTo(1);
  }

  @Test
  void anotherClusterIsRefused() throws Exception {
    isRefused(LinkFailure.Reason.CLUSTER_ID, spec -> spec.cluster(ClusterId.parse("5ca1ab1e")));
  }

  @Test
  void anIncompatibleVersionIsRefused() throws Exception {
    isRefused(LinkFailure.Reason.VERSION, spec -> spec.version("2.3.7"));
  }

  private void isRefused(
      LinkFailure.Reason reason, Function<TestPeer.Spec, TestPeer.Spec> otherness)
      throws Exception {
    TestPeer otherLeft = start(newLeft(otherness.apply(spec(5))));
    TestPeer otherRight = start(newRight(otherness.apply(spec(6))));
    for (TestPeer[] pair : new TestPeer[][] {{otherLeft, right}, {left, otherRight}}) {
      for (int side = 0; side < 2; side++) {
        pair[side].addPeer(pair[1 - side].id(), pair[1 - side].url());
      }
    }
    for (TestPeer[] pair : new TestPeer[][] {{otherLeft, right}, {left, otherRight}}) {
      for (int side = 0; side < 2; side++) {
        TestPeer one = pair[side];
        TestPeer other = pair[1 - side];
        Await.until(one + " is refused for " + reason, () -> one.refusals().contains(reason));
        assertThat(one.connected(other.id())).isFalse();
        one.send(TestMessages.numbered(one.id(), other.id(), 1));
        assertThatThrownBy(
                () ->
                    one.sendSnapshot(snapshot(one, other), 100_000, false)
                        .get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class);
        assertThat(one.refusals()).containsExactly(reason);
      }
    }
    // What was refused has reached nobody, and the pair goes on as if nothing had happened.
    for (TestPeer peer : List.of(otherLeft, otherRight, left, right)) {
      assertThat(peer.received()).isEmpty();
      assertThat(peer.saved()).isEmpty();
    }
    assertThat(left.connected(right.id())).isTrue();
    assertThat(right.connected(left.id())).isTrue();
  }

  @Test
  void aRemovedMemberIsTold() throws Exception {
    TestPeer third = start(newLeft(spec(3)));
    TestPeer fourth = start(newRight(spec(4)));
    left.markRemoved(fourth.id());
    right.markRemoved(third.id());
    // One tries the streams, and one a POST.
    fourth.addPeer(left.id(), left.url());
    third.addRemote(right.id(), right.url());
    third.send(TestMessages.numbered(third.id(), right.id(), 1));
    // And the other way round.
    TestPeer fifth = start(newLeft(spec(5)));
    TestPeer sixth = start(newRight(spec(6)));
    left.markRemoved(sixth.id());
    right.markRemoved(fifth.id());
    fifth.addPeer(right.id(), right.url());
    sixth.addRemote(left.id(), left.url());
    sixth.send(TestMessages.numbered(sixth.id(), left.id(), 1));
    for (TestPeer gone : List.of(third, fourth, fifth, sixth)) {
      Await.until(gone + " is told", () -> gone.refusals().contains(LinkFailure.Reason.REMOVED));
    }
    assertThat(left.received()).isEmpty();
    assertThat(right.received()).isEmpty();
    // Those who are still members do not hear of it.
    send(left, right, TestMessages.numbered(left.id(), right.id(), 7));
    Await.until("a message arrives", () -> right.received().size() == 1);
    assertThat(left.refusals()).isEmpty();
    assertThat(right.refusals()).isEmpty();
  }

  @Test
  void aPeerThatIsForgottenAndAddedAgainIsTalkedToAgain() {
    for (TestPeer[] way : new TestPeer[][] {{left, right}, {right, left}}) {
      way[0].removePeer(way[1].id());
      Await.until("the streams end", () -> !way[0].connected(way[1].id()));
      way[0].addPeer(way[1].id(), (way[1] == left ? toLeft : toRight).url());
      awaitConnected();
      getsThrough(way[0], way[1], 2);
      getsThrough(way[1], way[0], 3);
    }
  }

  @Test
  void aPeerIsFollowedToItsNewUrl() {
    TcpProxy newToLeft = proxy(left);
    TcpProxy newToRight = proxy(right);
    left.updatePeer(right.id(), newToRight.url());
    right.updatePeer(left.id(), newToLeft.url());
    for (TcpProxy old : List.of(toLeft, toRight)) {
      old.refuse();
      old.cut();
    }
    Await.until("left has moved", () -> newToRight.accepted() > 0);
    Await.until("right has moved", () -> newToLeft.accepted() > 0);
    awaitConnected();
    getsThrough(left, right, 1);
    getsThrough(right, left, 2);
    Await.until("left counts it as active", () -> left.active(right.id()));
    Await.until("right counts it as active", () -> right.active(left.id()));
  }

  /** Offers a message again and again, because the other may learn late of a lost stream. */
  private static void getsThrough(TestPeer from, TestPeer to, int number) {
    Await.until(
        "a message gets through",
        () -> {
          from.send(TestMessages.numbered(from.id(), to.id(), number));
          return to.received().stream().anyMatch(m -> m.getIndex() == number);
        });
  }

  // ---- TLS ------------------------------------------------------------------------------------

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everythingGoesOverTls(boolean mutual) throws Exception {
    Certificates authority = new Certificates(directory);
    TestPeer third = start(newLeft(spec(3).tls(authority.issue(mutual))));
    TestPeer fourth = start(newRight(spec(4).tls(authority.issue(mutual))));
    third.addPeer(fourth.id(), fourth.url());
    fourth.addPeer(third.id(), third.url());
    awaitConnected(third, fourth);
    for (TestPeer[] way : new TestPeer[][] {{third, fourth}, {fourth, third}}) {
      ByteString data = TestMessages.random(random, 1_000_000);
      List<Message> appends =
          List.of(
              TestMessages.append(way[0].id(), way[1].id(), 5, 9, data),
              TestMessages.append(way[0].id(), way[1].id(), 5, 10, ByteString.EMPTY));
      appends.forEach(message -> send(way[0], way[1], message));
      send(way[0], way[1], TestMessages.numbered(way[0].id(), way[1].id(), 1));
      Await.until("all arrive", () -> way[1].received().size() == 3);
      assertThat(only(List.copyOf(way[1].received()), MessageType.MsgApp))
          .containsExactlyElementsOf(appends.stream().map(this::byValue).toList());
      snapshotArrives(way[0], way[1], 3_000_001, false);
      snapshotArrives(way[0], way[1], 3_000_001, true);
    }
    if (mutual) {
      Await.until("probed over TLS", () -> third.probedHealthy(fourth.id()));
      Await.until("probed over TLS", () -> fourth.probedHealthy(third.id()));
    }
  }

  @Test
  void aMemberWithACertificateOfAnotherAuthorityIsNotTalkedTo() throws Exception {
    TestPeer third = start(newLeft(spec(3).tls(new Certificates(directory).issue(true))));
    TestPeer fourth = start(newRight(spec(4).tls(new Certificates(directory).issue(true))));
    third.addPeer(fourth.id(), fourth.url());
    fourth.addPeer(third.id(), third.url());
    for (TestPeer[] way : new TestPeer[][] {{third, fourth}, {fourth, third}}) {
      way[0].send(TestMessages.numbered(way[0].id(), way[1].id(), 1));
      assertThatThrownBy(
              () ->
                  way[0]
                      .sendSnapshot(snapshot(way[0], way[1]), 1000, false)
                      .get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
      assertThat(way[1].received()).isEmpty();
      assertThat(way[0].connected(way[1].id())).isFalse();
      assertThat(way[0].active(way[1].id())).isFalse();
    }
  }

  /** Sends, again if the member has no room. */
  final void send(TestPeer from, TestPeer to, Message message) {
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
