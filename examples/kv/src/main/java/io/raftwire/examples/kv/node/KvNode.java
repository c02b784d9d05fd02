// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.google.protobuf.ByteString;
import io.microraft.QueryPolicy;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.RaftNodeStatus;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.persistence.RestoredRaftState;
import io.microraft.report.RaftNodeReport;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.RaftTransport;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.examples.kv.proto.Delete;
import io.raftwire.examples.kv.proto.MemberInfo;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.Put;
import io.raftwire.examples.kv.proto.RequestId;
import io.raftwire.examples.kv.raft.DurableStore;
import io.raftwire.examples.kv.raft.ElectionWatchdog;
import io.raftwire.examples.kv.raft.KvEndpoint;
import io.raftwire.examples.kv.raft.MessageMapper;
import io.raftwire.examples.kv.raft.RaftExecutor;
import io.raftwire.examples.kv.raft.RaftTime;
import io.raftwire.examples.kv.raft.RaftwireTransport;
import io.raftwire.examples.kv.raft.UnmappableMessageException;
import io.raftwire.examples.kv.store.Applied;
import io.raftwire.examples.kv.store.KvStateMachine;
import io.raftwire.examples.kv.store.Listing;
import io.raftwire.examples.kv.store.Value;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * One member of the store: raft, its files and its transport. What clients ask comes through the
 * methods here, none of which blocks but {@link #start} and {@link #stop}.
 */
public final class KvNode {

  private static final Logger log = LoggerFactory.getLogger(KvNode.class);

  /** Why a member has ended that was told to. */
  public static final String STOPPED = "stopped";

  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(2);
  private static final long TICK_MILLIS = 50;

  /** How many bytes of keys and values one listing has at most, unless its first pair is more. */
  public static final long MAX_LISTING_BYTES = 16L << 20;

  private final NodeConfig config;
  private final Instant startedAt = Instant.now();
  private final DataDir dataDir;
  private final DataDir.Identity identity;
  private final KvEndpoint self;
  private final RaftTransport transport;
  private final RaftwireTransport raftTransport;
  private final MessageMapper mapper;
  private final RaftExecutor executor;
  private final Scheduler raftScheduler;
  private final DurableStore durable;
  private final KvStateMachine store;
  private final RaftNode raft;
  private final ElectionWatchdog watchdog;
  private final Group group;
  private final Proposals proposals;
  private final ReadBarrier reads;
  private final Membership membership;
  private final Publication publication;
  private final ScheduledExecutorService timer;
  private final Disposable.Composite subscriptions = Disposables.composite();
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final LongAdder refusedMessages = new LongAdder();
  private @Nullable Observed observed;

  /** What a transport is made from. */
  public record TransportSettings(
      MemberId id, ClusterId clusterId, PeerUrls listen, PeerUrls advertise) {}

  /**
   * A member from its configuration and its data directory. Blocks on the disk; binds nothing yet.
   *
   * @throws StartupException if the two do not fit, or the directory cannot be used
   */
  @SuppressWarnings("this-escape") // Nothing calls back before start.
  public KvNode(NodeConfig config, Function<TransportSettings, RaftTransport> transports) {
    this.config = config;
    this.dataDir = DataDir.open(config.dataDir());
    Runnable closeStore = () -> {};
    try {
      this.identity = Bootstrap.identity(config, dataDir);
      MemberId id = MemberId.parse(identity.memberId());
      ClusterId clusterId = ClusterId.parse(identity.clusterId());
      this.self =
          new KvEndpoint(id, config.name(), InitialCluster.strings(config.advertisePeerUrls()));
      DefaultRaftModelFactory models = new DefaultRaftModelFactory();
      RaftTime time = new RaftTime(config.timing().heartbeat(), config.timing().election());
      this.executor = new RaftExecutor(config.name(), time);
      this.watchdog = new ElectionWatchdog(executor, time);
      this.raftScheduler = Schedulers.fromExecutor(executor::execute);
      this.durable = DurableStore.open(dataDir.sqlite(), models, this::storeFailed);
      closeStore = durable::onRaftNodeTerminate;
      this.store = new KvStateMachine(new Applier());
      this.mapper = new MessageMapper(clusterId, models);
      this.transport =
          transports.apply(
              new TransportSettings(
                  id, clusterId, config.listenPeerUrls(), config.advertisePeerUrls()));
      this.raftTransport = new RaftwireTransport(transport, mapper);
      RaftNode.RaftNodeBuilder builder =
          RaftNode.newBuilder()
              .setGroupId(clusterId)
              .setConfig(
                  time.configure(RaftConfig.newBuilder())
                      .setCommitCountToTakeSnapshot(config.timing().snapshotCount())
                      // A follower has a snapshot of its own, at another index; only the leader's
                      // will do.
                      .setTransferSnapshotsFromFollowersEnabled(false)
                      .build())
              .setClock(time.clock())
              .setExecutor(executor)
              .setModelFactory(models)
              .setStateMachine(store)
              .setStore(durable)
              .setTransport(raftTransport)
              .setRaftNodeReportListener(this::reported);
      Optional<RestoredRaftState> restored = durable.restore();
      if (restored.isPresent()) {
        builder.setRestoredState(restored.get());
        log.info(
            "{} goes on after term {}, with {} log entries",
            self,
            restored.get().getTermPersistentState().getTerm(),
            restored.get().getLogEntries().size());
      } else {
        Collection<RaftEndpoint> members = Bootstrap.initialMembers(config, self);
        builder.setLocalEndpoint(self).setInitialGroupMembers(members);
        log.info(
            "{} {} cluster {} of {}",
            self,
            config.joining() ? "joins" : "begins",
            clusterId,
            members);
      }
      this.raft = builder.build();
      this.group = new Group(id, raft, transport);
      this.proposals = new Proposals(group, identity.run(), config.limits().requestTimeout());
      this.reads = new ReadBarrier(group, identity.run(), store);
      this.membership =
          new Membership(
              group,
              store,
              dataDir,
              config.limits().requestTimeout(),
              dataDir.removed(),
              raft.getReport().join().getResult());
      this.publication = new Publication(config, self, group, store, proposals, reads, membership);
      this.timer =
          Executors.newSingleThreadScheduledExecutor(
              task -> {
                Thread thread = new Thread(task, "timer-" + config.name());
                thread.setDaemon(true);
                return thread;
              });
    } catch (IOException e) {
      closeStore.run();
      closeQuietly(dataDir);
      throw new StartupException("--data-dir " + config.dataDir() + ": " + e, e);
    } catch (RuntimeException e) {
      closeStore.run();
      closeQuietly(dataDir);
      throw e;
    }
  }

  /**
   * Starts the transport and raft. Blocks until peers can connect.
   *
   * @throws StartupException if an address cannot be bound
   */
  public void start() {
    transport.removedMembers(membership::isRemoved);
    // Received messages are handled on the raft thread, so what waits for it is bounded by demand.
    subscriptions.add(
        transport
            .inbound()
            .publishOn(raftScheduler)
            .subscribe(this::received, e -> log.error("no more messages come in: {}", e, e)));
    subscriptions.add(
        transport
            .proposals()
            .publishOn(raftScheduler)
            .subscribe(this::proposed, e -> log.error("no more proposals come in: {}", e, e)));
    subscriptions.add(transport.events().subscribe(this::happened));
    membership.syncPeers();
    try {
      transport.start().block();
    } catch (RuntimeException e) {
      throw Bind.failed("--listen-peer-urls", config.listenPeerUrls().toString(), e);
    }
    var unused =
        timer.scheduleWithFixedDelay(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    raft.start().join();
  }

  /** Ends raft, then the transport, then lets go of the files. Blocks. */
  public void stop() {
    if (!stopping.compareAndSet(false, true)) {
      return;
    }
    timer.shutdownNow();
    try {
      raft.terminate().get(5, TimeUnit.SECONDS);
    } catch (Exception e) {
      log.warn("raft did not end in an orderly way: {}", e.toString());
    }
    try {
      transport.stop().block(Duration.ofSeconds(10));
    } catch (RuntimeException e) {
      log.warn("the transport did not end in an orderly way: {}", e.toString());
    }
    subscriptions.dispose();
    executor.close();
    closeQuietly(dataDir);
    ended.complete(STOPPED);
  }

  /** Completes with the reason when this member has to end, or {@link #STOPPED} once it has. */
  public CompletableFuture<String> ended() {
    return ended;
  }

  /** What it was started with. */
  public NodeConfig config() {
    return config;
  }

  /** The cluster's id. */
  public ClusterId clusterId() {
    return transport.clusterId();
  }

  /** This member's id. */
  public MemberId id() {
    return self.id();
  }

  /** Who leads, as far as this member knows. */
  public Optional<MemberId> leader() {
    return group.leader();
  }

  /** Sets a key. */
  public Mono<Applied> put(ByteString key, ByteString value) {
    return proposals.propose(
        Operation.newBuilder().setPut(Put.newBuilder().setKey(key).setValue(value)));
  }

  /** Removes a key. */
  public Mono<Applied> delete(ByteString key) {
    return proposals.propose(Operation.newBuilder().setDelete(Delete.newBuilder().setKey(key)));
  }

  /**
   * Reads a key.
   *
   * @param linearizable whether to see every write answered before; else what this member has
   */
  public Mono<Optional<Value>> get(ByteString key, boolean linearizable) {
    return barrier(linearizable).then(Mono.fromSupplier(() -> store.get(key)));
  }

  /** Reads the keys that begin with a prefix, from one of them on, as of one moment. */
  public Mono<Listing> list(ByteString prefix, ByteString start, int limit, boolean linearizable) {
    KvStateMachine.Query<Listing> query =
        state -> state.list(prefix, start, limit, MAX_LISTING_BYTES);
    return barrier(linearizable)
        .then(
            Mono.fromFuture(
                () ->
                    raft.<Listing>query(
                        query,
                        QueryPolicy.EVENTUAL_CONSISTENCY,
                        Optional.empty(),
                        Optional.empty())))
        .map(answer -> answer.getResult());
  }

  /** Completes when a majority answers; fails with a {@link RequestException} that says why not. */
  public Mono<Void> healthy() {
    Duration timeout = config.limits().requestTimeout();
    return reads.await(timeout.compareTo(HEALTH_TIMEOUT) < 0 ? timeout : HEALTH_TIMEOUT);
  }

  /** The members as this one sees them. */
  public List<MemberView> members() {
    RaftNodeReport report = membership.report();
    Optional<MemberId> leader = group.leader();
    List<MemberView> views = new ArrayList<>();
    for (KvEndpoint member : Membership.endpoints(report.getCommittedMembers().getMembers())) {
      MemberInfo info = membership.info(member);
      boolean local = member.equals(self);
      views.add(
          new MemberView(
              member.id(),
              info.getName(),
              info.getPeerUrlsList(),
              info.getClientUrlsList(),
              report.getCommittedMembers().getVotingMembers().contains(member),
              leader.isPresent() && leader.get().equals(member.id()),
              local,
              local ? Optional.of(startedAt) : transport.activeSince(member.id())));
    }
    return views;
  }

  /** What happens to the links, see {@link RaftTransport#events}. */
  public Flux<TransportEvent> events() {
    return transport.events();
  }

  /** For tests: drops everything to and from a member, until {@link #mend}. */
  public void cut(MemberId id) {
    transport.cut(id);
  }

  /** Ends {@link #cut}. */
  public void mend(MemberId id) {
    transport.mend(id);
  }

  /** When this object was made. */
  public Instant startedAt() {
    return startedAt;
  }

  /**
   * Adds a member that is not running yet.
   *
   * @param id its id; null to make one up
   */
  public Mono<KvEndpoint> addMember(
      String name, @Nullable MemberId id, PeerUrls peerUrls, List<String> clientUrls) {
    MemberId its =
        id != null ? id : Ids.member(peerUrls, identity.clusterId(), System.currentTimeMillis());
    KvEndpoint endpoint = new KvEndpoint(its, name, InitialCluster.strings(peerUrls));
    return membership
        .add(endpoint)
        .flatMap(
            added ->
                clientUrls.isEmpty()
                    ? Mono.just(added)
                    : publication.publish(added, clientUrls).thenReturn(added));
  }

  /** Removes a member, for good. */
  public Mono<KvEndpoint> removeMember(MemberId id) {
    return membership.remove(id);
  }

  /** What raft last had to say of itself. */
  public RaftNodeReport report() {
    return membership.report();
  }

  /** How many keys this member has; counts them. */
  public int keys() {
    return store.size();
  }

  /** The index of the last operation applied. */
  public long appliedIndex() {
    return store.appliedIndex();
  }

  /** How often sending a raft message ended in an outcome. */
  public long sent(SendOutcome outcome) {
    return raftTransport.count(outcome);
  }

  /** How many received messages made no sense. */
  public long refusedMessages() {
    return refusedMessages.sum();
  }

  /** How many peers are active. */
  public int activePeers() {
    return transport.activePeers();
  }

  private Mono<Void> barrier(boolean linearizable) {
    return linearizable ? reads.await(config.limits().requestTimeout()) : Mono.empty();
  }

  private void received(Message message) {
    switch (message.getType()) {
      case MsgReadIndex -> reads.asked(message);
      case MsgReadIndexResp -> reads.answered(message);
      default -> {
        try {
          raft.handle(mapper.fromWire(message));
        } catch (UnmappableMessageException e) {
          refusedMessages.increment();
          log.warn(
              "refused a {} from member {}: {}",
              message.getType(),
              MemberId.of(message.getFrom()),
              e.getMessage());
        }
      }
    }
  }

  private void proposed(Message message) {
    for (Entry entry : message.getEntriesList()) {
      if (entry.getType() == EntryType.EntryNormal) {
        proposals.forwarded(entry);
      } else {
        membership.forwarded(entry);
      }
    }
  }

  private void happened(TransportEvent event) {
    if (event instanceof TransportEvent.PeerActive active) {
      log.info("peer {} is active", membership.name(active.peer()));
    } else if (event instanceof TransportEvent.PeerInactive inactive) {
      log.info("peer {} is inactive: {}", membership.name(inactive.peer()), inactive.cause());
    } else if (event instanceof TransportEvent.MemberRemoved removed) {
      if (!ended.isDone()) {
        log.error("peer {} says that this member was removed", membership.name(removed.peer()));
      }
      membership.selfRemoved();
      noteOwnRemoval();
      ended.complete("this member was removed from the cluster");
    } else if (event instanceof TransportEvent.ClusterIdMismatch mismatch) {
      log.error(
          "peer {} is of cluster {} (expected: {})",
          mismatch.peer(),
          mismatch.remote(),
          mismatch.local());
    } else {
      log.debug("{}", event);
    }
  }

  // So that it is not started again to no end. Off the transport's thread, because it is a disk.
  private void noteOwnRemoval() {
    executor.execute(membership::noteSelfRemoved);
  }

  private void reported(RaftNodeReport report) {
    Observed now = Observed.of(report);
    if (!now.equals(observed)) {
      log.info(
          "{} in term {}, leader {}{}",
          now.role,
          now.term,
          now.leader == null ? "none" : membership.name(KvEndpoint.of(now.leader).id()),
          now.status == RaftNodeStatus.ACTIVE ? "" : ", " + now.status);
      observed = now;
    }
    membership.reported(report);
    watchdog.check(raft, report);
    if (report.getStatus() == RaftNodeStatus.TERMINATED && !stopping.get()) {
      ended.complete("this member was removed from the cluster");
    }
  }

  private void tick() {
    try {
      proposals.tick();
      reads.tick();
      membership.tick();
      publication.tick();
    } catch (RuntimeException e) {
      log.error("the timer failed: {}", e, e);
    }
  }

  private void storeFailed(Throwable cause) {
    log.error("cannot write to {}, so this member ends: {}", dataDir.sqlite(), cause.toString());
    ended.complete("its disk failed: " + cause.getMessage());
  }

  private static void closeQuietly(DataDir dataDir) {
    try {
      dataDir.close();
    } catch (IOException e) {
      log.warn("cannot let go of the data directory: {}", e.toString());
    }
  }

  /** A member for people to look at. */
  public record MemberView(
      MemberId id,
      String name,
      List<String> peerUrls,
      List<String> clientUrls,
      boolean voting,
      boolean leader,
      boolean self,
      Optional<Instant> activeSince) {}

  // What is worth a line when it changes.
  private record Observed(
      String role, int term, @Nullable RaftEndpoint leader, RaftNodeStatus status) {

    static Observed of(RaftNodeReport report) {
      return new Observed(
          report.getRole().name().toLowerCase(Locale.ROOT),
          report.getTerm().getTerm(),
          report.getTerm().getLeaderEndpoint(),
          report.getStatus());
    }
  }

  private final class Applier implements KvStateMachine.ApplyListener {

    @Override
    public void applied(RequestId request, Applied result) {
      proposals.applied(request, result);
    }

    @Override
    public void advanced(long appliedIndex) {
      reads.advanced(appliedIndex);
    }

    @Override
    public void membersChanged() {
      membership.syncPeers();
    }

    @Override
    public void snapshotDue() {
      raft.takeSnapshot()
          .whenComplete(
              (report, failure) -> {
                if (failure != null) {
                  log.warn("could not take a snapshot: {}", failure.toString());
                }
              });
    }
  }
}
