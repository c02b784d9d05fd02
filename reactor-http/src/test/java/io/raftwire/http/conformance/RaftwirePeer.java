// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;

/** A Raftwire transport as a member in a test, with a subscriber whose demand the test controls. */
final class RaftwirePeer implements TestPeer, AutoCloseable {

  static final ClusterId CLUSTER = ClusterId.parse("8e9e05c52164694d");

  private static final Duration BOUND = Duration.ofSeconds(15);

  private final TestRecorder recorder = new TestRecorder();
  private final int port;
  private final RaftHttpTransport transport;
  private final ConcurrentLinkedQueue<Message> received = new ConcurrentLinkedQueue<>();
  private final AtomicLong receivedCount = new AtomicLong();
  private final ConcurrentLinkedQueue<TransportEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicLong reportedDrops = new AtomicLong();
  private final AtomicLong unreachableReports = new AtomicLong();
  private final Disposable eventSubscription;
  private final Disposable proposals;

  private volatile Reader reader = new Reader(true);

  /** A member with quick timers; the change has the last word. */
  RaftwirePeer(long id, UnaryOperator<RaftHttpConfig.Builder> change) {
    this(id, Ports.free(), change);
  }

  RaftwirePeer(long id, int port, UnaryOperator<RaftHttpConfig.Builder> change) {
    this.port = port;
    this.transport =
        RaftHttpTransport.create(
            change
                .apply(
                    RaftHttpConfig.builder(MemberId.of(id), CLUSTER)
                        .listenUrls(PeerUrls.of(url()))
                        .recorder(recorder)
                        .timeouts(
                            t ->
                                t.redialMin(Duration.ofMillis(20))
                                    .redialMax(Duration.ofMillis(200))
                                    .probeInterval(Duration.ofMillis(250))
                                    .drain(Duration.ofMillis(500))))
                .build());
    this.eventSubscription = transport.events().subscribe(this::on);
    transport.inbound().subscribe(reader);
    this.proposals = transport.proposals().subscribe(this::add);
  }

  /** Without a subscriber of proposals. */
  RaftwirePeer withoutProposals() {
    proposals.dispose();
    return this;
  }

  static RaftwirePeer create(long id) {
    return new RaftwirePeer(id, config -> config);
  }

  /** Makes two members each other's peers and starts both. */
  static void join(RaftwirePeer one, RaftwirePeer other) {
    one.addPeer(other.id(), other.url());
    other.addPeer(one.id(), one.url());
    one.start();
    other.start();
    Await.until("the members are connected", () -> one.connected(other.id()));
    Await.until("the members are connected", () -> other.connected(one.id()));
  }

  private void on(TransportEvent event) {
    events.add(event);
    if (event instanceof TransportEvent.MessagesDropped dropped) {
      reportedDrops.addAndGet(dropped.messages());
    } else if (event instanceof TransportEvent.PeerUnreachable) {
      unreachableReports.incrementAndGet();
    }
  }

  private void add(Message message) {
    received.add(message);
    receivedCount.incrementAndGet();
  }

  RaftHttpTransport transport() {
    return transport;
  }

  TestRecorder.PeerRecords records(MemberId peer) {
    return recorder.peer(peer);
  }

  TestRecorder.PeerRecords records(long peer) {
    return recorder.peer(peer);
  }

  TestRecorder recorder() {
    return recorder;
  }

  Collection<TransportEvent> events() {
    return events;
  }

  <E extends TransportEvent> List<E> events(Class<E> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  int port() {
    return port;
  }

  long receivedCount() {
    return receivedCount.get();
  }

  SendOutcome offer(Message message) {
    return transport.send(message);
  }

  /** The subscriber takes so many more. */
  void take(long messages) {
    reader.request(messages);
  }

  @Override
  public MemberId id() {
    return transport.id();
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void start() {
    transport.start().block(BOUND);
  }

  @Override
  public void stop() {
    transport.stop().block(BOUND);
    eventSubscription.dispose();
  }

  @Override
  public void close() {
    stop();
  }

  @Override
  public void addPeer(MemberId id, String url) {
    transport.addPeer(id, PeerUrls.of(url));
  }

  @Override
  public boolean connected(MemberId peer) {
    return recorder.peer(peer).connected();
  }

  @Override
  public boolean send(Message message) {
    return transport.send(message).queued();
  }

  @Override
  public Collection<Message> received() {
    return received;
  }

  @Override
  public void forgetReceived() {
    received.clear();
    receivedCount.set(0);
  }

  @Override
  public void pauseReading() {
    reader.cancel();
    Await.until(
        "the subscriber is gone",
        () -> {
          reader = new Reader(false);
          transport.inbound().subscribe(reader);
          return reader.subscribed;
        });
  }

  @Override
  public void resumeReading() {
    reader.requestUnbounded();
  }

  @Override
  public long reportedDrops() {
    return reportedDrops.get();
  }

  @Override
  public long unreachableReports() {
    return unreachableReports.get();
  }

  private final class Reader extends BaseSubscriber<Message> {

    private final boolean unbounded;
    private volatile boolean subscribed;

    Reader(boolean unbounded) {
      this.unbounded = unbounded;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      if (unbounded) {
        requestUnbounded();
      }
      subscribed = true;
    }

    @Override
    protected void hookOnNext(Message message) {
      add(message);
    }

    @Override
    protected void hookOnError(Throwable cause) {
      subscribed = false;
    }
  }
}
