// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import io.raftwire.Delivery;
import io.raftwire.MemberId;
import io.raftwire.MemberRemovedException;
import io.raftwire.RaftTransport;
import io.raftwire.TransportEvent;
import io.raftwire.examples.learner.cluster.Member;
import io.raftwire.examples.learner.cluster.MemberChange;
import io.raftwire.examples.learner.cluster.Membership;
import io.raftwire.examples.learner.cluster.Publication;
import io.raftwire.examples.learner.feed.Feed;
import io.raftwire.examples.learner.feed.FeedEvent;
import io.raftwire.examples.learner.raft.Follower;
import io.raftwire.examples.learner.raft.Step;
import io.raftwire.examples.learner.store.LogStore;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.Snapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A learner at work. One thread takes what arrived, steps raft, makes the outcome durable in one
 * transaction and only then answers; the transport's demand keeps what waits for it small. {@link
 * #start}, {@link #stop} and {@link #open} block.
 */
public final class LearnerNode {

  private static final Logger log = LoggerFactory.getLogger(LearnerNode.class);

  // Messages in flight between the network and the disk; a leader's MsgApp is at most 1 MiB or so.
  private static final int BATCH = 64;
  private static final long TRIM_EVERY = 10_000;
  private static final Duration VERSION_INTERVAL = Duration.ofSeconds(10);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final LearnerConfig config;
  private final MemberId self;
  private final DataDirLock lock;
  private final LogStore store;
  private final SnapshotFiles snapshots;
  private final Membership membership;
  private final Follower follower;
  private final RaftHttpTransport transport;
  private final Versions versions;
  private final PeerServer server;
  private final Feed feed;
  private final Scheduler readers =
      Schedulers.newBoundedElastic(4, 1_000, "learner-feed", 60, true);
  private final BlockingQueue<Delivery> queue = new LinkedBlockingQueue<>();
  private final Inbound inbound = new Inbound();
  private final Disposable.Composite subscriptions = Disposables.composite();
  private final Sinks.One<Ended> ended = Sinks.one();
  private final Thread thread = new Thread(this::run, "learner-raft");
  private final AtomicBoolean stopped = new AtomicBoolean();
  private volatile String membersText;
  private volatile Set<MemberId> removed;
  private volatile List<URI> peerUrls = List.of();
  private volatile long delivered;
  private volatile @Nullable MemberId lead;
  private volatile @Nullable String publishedName;
  private long trimmedAt;
  private long leaderTerm = -1;

  private LearnerNode(LearnerConfig config, DataDirLock lock, LogStore store) throws IOException {
    this.config = config;
    this.self = config.identity().memberId();
    this.lock = lock;
    this.store = store;
    this.snapshots = SnapshotFiles.open(config.dataDir().resolve("snapshots"));
    LogStore.State state = store.load();
    this.membership =
        state.membership() == null
            ? Membership.of(List.of(), 0)
            : Membership.parse(state.membership());
    this.membersText = membership.membersText();
    this.removed = membership.removed();
    this.publishedName = name(membership, self);
    this.follower =
        new Follower(self, state.term(), state.commit(), state.commitTerm(), state.tail());
    this.trimmedAt = state.commit();
    RaftHttpConfig.Builder builder =
        RaftHttpConfig.builder(self, config.identity().clusterId())
            .advertisedUrls(config.identity().urls())
            .snapshotStore(snapshots);
    if (config.tls() != null) {
      builder.tls(config.tls());
    }
    this.transport = RaftHttpTransport.create(builder.build());
    this.versions = new Versions(config.tls());
    this.server =
        new PeerServer(
            config.identity().clusterId(),
            transport,
            config.tls(),
            versions,
            () -> membersText,
            () -> peerUrls);
    this.feed = new Feed(store, snapshots::file, readers);
    if (state.commit() > 0) {
      feed.committed(state.commit());
    }
  }

  /**
   * A learner over its data directory, not started.
   *
   * @throws IllegalArgumentException if another process has the directory
   */
  public static LearnerNode open(LearnerConfig config) {
    return open(config, DataDirLock.take(config.dataDir()));
  }

  /**
   * The same for who has the directory already.
   *
   * @param lock is given back when the learner is stopped
   */
  public static LearnerNode open(LearnerConfig config, DataDirLock lock) {
    try {
      return new LearnerNode(config, lock, LogStore.open(config.dataDir()));
    } catch (IOException e) {
      throw new UncheckedIOException("data directory: " + config.dataDir(), e);
    }
  }

  /** Saves the membership a learner that has just joined starts from. */
  public static void initialize(Path dataDir, Membership initial) {
    try (LogStore store = LogStore.open(dataDir)) {
      store.save(new LogStore.Change(0, 0, 0, null, List.of(), initial.text()));
    }
  }

  /** The transport, for its events and for tests. */
  public RaftTransport transport() {
    return transport;
  }

  /** The committed log from an index on; see {@link Feed#from}. */
  public Flux<FeedEvent> feed(long from) {
    return feed.from(from);
  }

  /** The same as it is read, many events at a time; see {@link Feed#pages}. */
  public Flux<List<FeedEvent>> pages(long from) {
    return feed.pages(from);
  }

  /** Everything up to this index has been consumed, and may go when the log is trimmed. */
  public void delivered(long index) {
    delivered = index;
  }

  /** Completes when the learner has come to an end without being stopped. */
  public Mono<Ended> ended() {
    return ended.asMono();
  }

  /** Listens and begins to follow. */
  public void start() {
    membership.members().stream()
        .filter(member -> !member.id().equals(self))
        .forEach(this::addPeer);
    refreshPeerUrls();
    versions.ask(peerUrls).block(Duration.ofSeconds(5));
    transport.removedMembers(id -> removed.contains(id));
    subscriptions.add(transport.events().subscribe(this::onEvent));
    subscriptions.add(inbound);
    subscriptions.add(
        Flux.interval(VERSION_INTERVAL)
            .onBackpressureDrop()
            .concatMap(tick -> versions.ask(peerUrls).then(Mono.fromRunnable(this::publish)))
            .subscribe());
    transport.inboundDeliveries().subscribe(inbound);
    subscriptions.add(transport.proposalDeliveries().subscribe(delivery -> delivery.acknowledge()));
    thread.start();
    server.bind(config.listenUrls()).then(transport.start()).block();
    log.info(
        "learner {} of cluster {} at {}, log committed to {}",
        self,
        config.identity().clusterId(),
        config.identity().urls(),
        Long.toUnsignedString(follower.commit()));
  }

  /** Stops everything; what has been acknowledged is on disk. */
  public void stop() {
    if (!stopped.compareAndSet(false, true)) {
      return;
    }
    server.close().then(transport.stop()).block(STOP_TIMEOUT);
    subscriptions.dispose();
    try {
      thread.join(STOP_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    feed.complete();
    readers.disposeGracefully().block(STOP_TIMEOUT);
    store.close();
    lock.close();
    log.info("learner {} stopped", self);
  }

  /** Proposes the name, again until the log has it. */
  private void publish() {
    String name = config.name();
    MemberId leader = lead;
    if (name == null || leader == null || name.equals(publishedName)) {
      return;
    }
    Publication.proposal(self, leader, name, versions.lowest().cluster())
        .ifPresent(transport::send);
  }

  // ---- the raft thread

  private void run() {
    List<Delivery> batch = new ArrayList<>(BATCH);
    try {
      while (!stopped.get()) {
        Delivery first = queue.poll(100, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, BATCH - 1);
        take(batch);
        batch.forEach(Delivery::acknowledge);
        inbound.request(batch.size());
        batch.clear();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.error("cannot go on: {}", e.getMessage());
      batch.forEach(delivery -> delivery.fail(e));
      ended.tryEmitValue(new Ended(false, String.valueOf(e.getMessage()), e));
    }
  }

  private void take(List<Delivery> batch) {
    long now = System.nanoTime();
    Step step = new Step(leaderTerm);
    for (Delivery delivery : batch) {
      Message message = delivery.message();
      if (removed.contains(MemberId.of(message.getFrom()))) {
        delivery.fail(new MemberRemovedException(MemberId.of(message.getFrom())));
      } else {
        follower.step(message, now, step);
      }
    }
    if (step.newLeader() != 0) {
      leaderTerm = step.leaderTerm();
      lead = MemberId.of(step.newLeader());
      log.info(
          "following {} in term {}",
          MemberId.of(step.newLeader()),
          Long.toUnsignedString(leaderTerm));
    }
    if (step.needsStore()) {
      store(step);
    }
    step.messages().forEach(transport::send);
  }

  private void store(Step step) {
    Snapshot snapshot = step.snapshot();
    List<MemberChange> changes = new ArrayList<>();
    LogStore.SnapshotRow row = null;
    long revision = membership.revision();
    if (snapshot != null) {
      long index = snapshot.getMetadata().getIndex();
      row =
          new LogStore.SnapshotRow(index, snapshot.getMetadata().getTerm(), snapshots.size(index));
      changes.addAll(membership.restore(snapshot.getData()));
    }
    for (Entry entry : step.committed()) {
      changes.addAll(membership.apply(entry));
    }
    boolean membersChanged = membership.revision() != revision;
    store.save(
        new LogStore.Change(
            follower.term(),
            follower.commit(),
            follower.commitTerm(),
            row,
            step.entries(),
            membersChanged ? membership.text() : null));
    feed.committed(follower.commit());
    if (membersChanged) {
      readMembership();
      changes.forEach(this::onMember);
      refreshPeerUrls();
    }
    if (row != null) {
      log.info(
          "took a snapshot at {}: {} bytes in {}",
          Long.toUnsignedString(row.index()),
          row.bytes(),
          snapshots.file(row.index()));
    }
    if (row != null || follower.commit() - trimmedAt >= TRIM_EVERY) {
      trim();
    }
  }

  private void readMembership() {
    membersText = membership.membersText();
    removed = membership.removed();
    publishedName = name(membership, self);
  }

  private static @Nullable String name(Membership membership, MemberId id) {
    Member member = membership.member(id);
    return member == null ? null : member.name();
  }

  private void trim() {
    trimmedAt = follower.commit();
    long below = Math.min(delivered, follower.commit() - config.keepEntries());
    snapshots.keep(store.trim(below, config.keepSnapshots()));
  }

  // ---- members

  private void onMember(MemberChange change) {
    Member member = change.member();
    log.info(
        "member {} {} {}",
        member.id(),
        change.kind().name().toLowerCase(Locale.ROOT),
        member.peerUrls());
    if (member.id().equals(self)) {
      onSelf(change);
      return;
    }
    switch (change.kind()) {
      case ADDED -> addPeer(member);
      case MOVED ->
          member
              .dialled()
              .map(config.dialled())
              .ifPresent(
                  urls -> {
                    if (!transport.updatePeer(member.id(), urls)) {
                      transport.addPeer(member.id(), urls);
                    }
                  });
      case PROMOTED -> {}
      case REMOVED -> transport.removePeer(member.id());
    }
  }

  private void onSelf(MemberChange change) {
    switch (change.kind()) {
      case REMOVED -> ended.tryEmitValue(new Ended(true, "removed in the log", null));
      case PROMOTED ->
          log.warn(
              "somebody made this learner a voter: it counts in the quorum now, but never votes and"
                  + " never leads (expected: a learner; run it with --leave, then join again)");
      case ADDED, MOVED -> {}
    }
  }

  private void addPeer(Member member) {
    member.dialled().map(config.dialled()).ifPresent(urls -> transport.addPeer(member.id(), urls));
  }

  private void refreshPeerUrls() {
    peerUrls =
        membership.members().stream()
            .filter(member -> !member.id().equals(self) && !member.learner())
            .flatMap(member -> member.dialled().map(config.dialled()).stream())
            .map(urls -> urls.urls().get(0))
            .toList();
  }

  private void onEvent(TransportEvent event) {
    if (event instanceof TransportEvent.PeerActive active) {
      log.info("member {} is active", active.peer());
    } else if (event instanceof TransportEvent.MemberRemoved gone) {
      log.warn("member {} says that this member was removed", gone.peer());
      ended.tryEmitValue(new Ended(true, gone.cause().detail(), null));
    } else if (event instanceof TransportEvent.ClusterIdMismatch mismatch) {
      log.warn("member {} is in another cluster: {}", mismatch.peer(), mismatch.remote());
    } else if (event instanceof TransportEvent.IncompatibleVersion version) {
      log.warn("member {}: {}", version.peer(), version.detail());
    }
  }

  /** Hands messages to the raft thread, {@link #BATCH} ahead of it at most. */
  private final class Inbound extends BaseSubscriber<Delivery> {

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      request(BATCH);
    }

    @Override
    protected void hookOnNext(Delivery delivery) {
      queue.add(delivery);
    }

    @Override
    protected void hookOnError(@Nullable Throwable cause) {
      log.error("inbound", cause);
    }
  }
}
