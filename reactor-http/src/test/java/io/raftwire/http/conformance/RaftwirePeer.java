// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.ClusterId;
import io.raftwire.Delivery;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.MemberRemovedException;
import io.raftwire.PeerChannel;
import io.raftwire.PeerUrls;
import io.raftwire.SendOutcome;
import io.raftwire.SnapshotStore;
import io.raftwire.TransportEvent;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.ProtocolVersion;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** A Raftwire transport as a member in a test, with a subscriber whose demand the test controls. */
final class RaftwirePeer implements TestPeer, AutoCloseable {

  static final ClusterId CLUSTER = ClusterId.parse("8e9e05c52164694d");

  private static final Duration BOUND = Duration.ofSeconds(15);

  private final TestRecorder recorder = new TestRecorder();
  private final Spec spec;
  private final RaftHttpTransport transport;
  private final ConcurrentLinkedQueue<Message> received = new ConcurrentLinkedQueue<>();
  private final AtomicLong receivedCount = new AtomicLong();
  private final ConcurrentLinkedQueue<TransportEvent> events = new ConcurrentLinkedQueue<>();
  private final AtomicLong reportedDrops = new AtomicLong();
  private final AtomicLong unreachableReports = new AtomicLong();
  private final ConcurrentLinkedQueue<Saved> saved = new ConcurrentLinkedQueue<>();
  private final Set<LinkFailure.Reason> refusals = ConcurrentHashMap.newKeySet();
  private final Set<MemberId> removed = ConcurrentHashMap.newKeySet();
  private final Disposable eventSubscription;
  private final Disposable proposals;

  private volatile Reader reader = new Reader(true);

  /** A member with quick timers; the change has the last word. */
  RaftwirePeer(long id, UnaryOperator<RaftHttpConfig.Builder> change) {
    this(id, Ports.free(), change);
  }

  RaftwirePeer(long id, int port, UnaryOperator<RaftHttpConfig.Builder> change) {
    this(new Spec(MemberId.of(id), port, null, CLUSTER, null, null), change);
  }

  RaftwirePeer(Spec spec) {
    this(spec, config -> config);
  }

  RaftwirePeer(Spec spec, UnaryOperator<RaftHttpConfig.Builder> change) {
    this.spec = spec;
    this.transport = RaftHttpTransport.create(change.apply(configure(spec)).build());
    this.eventSubscription = transport.events().subscribe(this::on);
    transport.removedMembers(removed::contains);
    transport.inbound().subscribe(reader);
    this.proposals = transport.proposals().subscribe(this::add);
  }

  private RaftHttpConfig.Builder configure(Spec spec) {
    RaftHttpConfig.Builder config =
        RaftHttpConfig.builder(spec.id(), spec.cluster())
            .listenUrls(PeerUrls.of(spec.url()))
            .recorder(recorder)
            .timeouts(
                t ->
                    t.redialMin(Duration.ofMillis(20))
                        .redialMax(Duration.ofMillis(200))
                        .probeInterval(Duration.ofMillis(250))
                        .drain(Duration.ofMillis(500)));
    if (spec.directory() != null) {
      config.snapshotStore(digesting(spec.directory()));
    }
    if (spec.version() != null) {
      config.serverVersion(ProtocolVersion.parse(spec.version()));
    }
    if (spec.tls() != null) {
      Tls tls = spec.tls();
      config.tls(
          PeerTls.fromPem(tls.certificate(), tls.key())
              .trustedCa(tls.ca())
              .clientAuth(tls.mutual())
              .build());
    }
    return config;
  }

  /** Saves each body as a file, tells its digest, and deletes it. */
  private SnapshotStore digesting(Path directory) {
    DirectorySnapshotStore store;
    try {
      store = DirectorySnapshotStore.open(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (snapshot, body) ->
        store
            .save(snapshot, body)
            .doOnNext(
                bytes -> Schedulers.boundedElastic().schedule(() -> digest(store.file(snapshot))));
  }

  private void digest(Path file) {
    try {
      long index = Long.parseUnsignedLong(file.getFileName().toString().split("\\.", 2)[0], 16);
      saved.add(new Saved(index, Files.size(file), Digests.of(file)));
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
    } else if (event instanceof TransportEvent.ClusterIdMismatch) {
      refusals.add(LinkFailure.Reason.CLUSTER_ID);
    } else if (event instanceof TransportEvent.IncompatibleVersion) {
      refusals.add(LinkFailure.Reason.VERSION);
    } else if (event instanceof TransportEvent.MemberRemoved) {
      refusals.add(LinkFailure.Reason.REMOVED);
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
    return spec.port();
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
  public Spec spec() {
    return spec;
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

  /** Within one process nobody dies without a farewell. */
  @Override
  public void kill() {
    stop();
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
  public void addRemote(MemberId id, String url) {
    transport.addRemote(id, PeerUrls.of(url));
  }

  @Override
  public void updatePeer(MemberId id, String url) {
    transport.updatePeer(id, PeerUrls.of(url));
  }

  @Override
  public void removePeer(MemberId id) {
    transport.removePeer(id);
  }

  /** From now on raft is asked about each message, as etcd's is. */
  @Override
  public void markRemoved(MemberId id) {
    boolean asked = !removed.isEmpty();
    removed.add(id);
    if (asked) {
      return;
    }
    reader.cancel();
    Await.until(
        "the subscriber has changed",
        () -> {
          AtomicBoolean subscribed = new AtomicBoolean(true);
          transport.inboundDeliveries().subscribe(this::take, e -> subscribed.set(false));
          return subscribed.get();
        });
  }

  private void take(Delivery delivery) {
    MemberId from = MemberId.of(delivery.message().getFrom());
    if (removed.contains(from)) {
      delivery.fail(new MemberRemovedException(from));
    } else {
      add(delivery.message());
      delivery.acknowledge();
    }
  }

  @Override
  public boolean connected(MemberId peer) {
    return recorder.peer(peer).connected();
  }

  @Override
  public boolean active(MemberId peer) {
    return transport.activeSince(peer).isPresent();
  }

  @Override
  public int activePeers() {
    return transport.activePeers();
  }

  @Override
  public boolean probedHealthy(MemberId peer) {
    TestRecorder.PeerRecords records = recorder.peer(peer);
    return records.probed.get(PeerChannel.MESSAGE).get() > 0
        && records.probed.get(PeerChannel.PIPELINE).get() > 0
        && records.probesFailed.get() == 0;
  }

  @Override
  public Set<LinkFailure.Reason> refusals() {
    return refusals;
  }

  @Override
  public CompletableFuture<String> sendSnapshot(Message snapshot, long bytes, boolean fromFile) {
    MessageDigest digest = Digests.sha256();
    Mono<Void> transfer;
    if (fromFile) {
      transfer =
          Mono.fromCallable(() -> Files.createTempFile(spec.directory(), "body", null))
              .doOnNext(file -> Digests.write(file, bytes, digest))
              .subscribeOn(Schedulers.boundedElastic())
              .flatMap(
                  file ->
                      transport
                          .sendSnapshot(snapshot, file)
                          .publishOn(Schedulers.boundedElastic())
                          .doFinally(signal -> Digests.delete(file)));
    } else {
      transfer = transport.sendSnapshot(snapshot, Digests.body(bytes, digest));
    }
    return transfer
        .then(Mono.fromCallable(() -> HexFormat.of().formatHex(digest.digest())))
        .toFuture();
  }

  @Override
  public Collection<Saved> saved() {
    return saved;
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
