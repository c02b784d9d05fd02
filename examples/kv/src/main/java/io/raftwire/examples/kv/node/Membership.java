// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.google.protobuf.InvalidProtocolBufferException;
import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.RaftRole;
import io.microraft.report.RaftGroupMembers;
import io.microraft.report.RaftNodeReport;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.kv.proto.Endpoint;
import io.raftwire.examples.kv.proto.MemberInfo;
import io.raftwire.examples.kv.raft.KvEndpoint;
import io.raftwire.examples.kv.raft.MessageMapper;
import io.raftwire.examples.kv.store.KvStateMachine;
import io.raftwire.raftpb.ConfChange;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Who belongs to the group: tells the transport, keeps who was removed, and changes it on request.
 * A change is forwarded to the leader like a write and answered when this member has seen it
 * committed. A new member begins as a learner, which no majority waits for, and is promoted by the
 * leader once it has caught up.
 */
final class Membership {

  private static final Logger log = LoggerFactory.getLogger(Membership.class);

  // A learner this close behind holds nobody up when it gets a vote.
  private static final long CAUGHT_UP_ENTRIES = 200;
  private static final long RESEND_NANOS = Duration.ofSeconds(1).toNanos();

  private final Group group;
  private final KvStateMachine store;
  private final DataDir dataDir;
  private final Duration timeout;
  private final Set<MemberId> removed = ConcurrentHashMap.newKeySet();
  private final Set<Change> changes = ConcurrentHashMap.newKeySet();
  private final Map<MemberId, PeerUrls> peers = new HashMap<>();
  private Set<MemberId> committed = Set.of();
  private volatile RaftNodeReport report;

  Membership(
      Group group,
      KvStateMachine store,
      DataDir dataDir,
      Duration timeout,
      Set<MemberId> removed,
      RaftNodeReport first) {
    this.group = group;
    this.store = store;
    this.dataDir = dataDir;
    this.timeout = timeout;
    this.removed.addAll(removed);
    this.report = first;
  }

  RaftNodeReport report() {
    return report;
  }

  boolean isRemoved(MemberId id) {
    return removed.contains(id);
  }

  /** What raft has to say of itself; called on the raft thread. */
  void reported(RaftNodeReport report) {
    this.report = report;
    noteRemovals(report.getCommittedMembers());
    syncPeers();
    for (Change change : changes) {
      change.check(report);
    }
    if (report.getReason() == RaftNodeReport.RaftNodeReportReason.PERIODIC) {
      promoteLearner(report);
    }
  }

  /** Adds a member; answers with the endpoint it has from now on. */
  Mono<KvEndpoint> add(KvEndpoint endpoint) {
    return Mono.defer(
        () -> {
          validateNew(endpoint);
          return change(
                  MembershipChangeMode.ADD_LEARNER,
                  endpoint,
                  report -> report.getCommittedMembers().getMembers().contains(endpoint))
              .thenReturn(endpoint);
        });
  }

  /** Removes a member, for good. */
  Mono<KvEndpoint> remove(MemberId id) {
    return Mono.defer(
        () -> {
          RaftGroupMembers members = report.getCommittedMembers();
          KvEndpoint endpoint =
              endpoints(members.getMembers()).stream()
                  .filter(member -> member.id().equals(id))
                  .findFirst()
                  .orElseThrow(() -> unknown(id, members));
          if (members.getVotingMembers().size() == 1
              && members.getVotingMembers().contains(endpoint)) {
            throw new RequestException(
                409, "member " + id + " is the last voting one (expected: another to remain)");
          }
          return change(
                  MembershipChangeMode.REMOVE_MEMBER,
                  endpoint,
                  report -> !report.getCommittedMembers().getMembers().contains(endpoint))
              .thenReturn(endpoint);
        });
  }

  /** Another member forwards a change. */
  void forwarded(Entry entry) {
    try {
      ConfChange change = ConfChange.parseFrom(entry.getData());
      Endpoint endpoint = Endpoint.parseFrom(change.getContext());
      MembershipChangeMode mode =
          switch (change.getType()) {
            case ConfChangeAddNode -> MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER;
            case ConfChangeAddLearnerNode -> MembershipChangeMode.ADD_LEARNER;
            case ConfChangeRemoveNode -> MembershipChangeMode.REMOVE_MEMBER;
            default -> throw new IllegalArgumentException("type " + change.getType());
          };
      replicate(
          mode,
          new KvEndpoint(
              MemberId.of(endpoint.getId()), endpoint.getName(), endpoint.getPeerUrlsList()));
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      log.warn("a forwarded membership change is none: {}", e.getMessage());
    }
  }

  /** A peer says that this member is removed, which raft itself tells nobody who is. */
  void selfRemoved() {
    for (Change change : changes) {
      if (change.mode == MembershipChangeMode.REMOVE_MEMBER
          && change.endpoint.id().equals(group.self())) {
        change.sink.success();
      }
    }
  }

  /** Sends again what may have been lost. */
  void tick() {
    long now = System.nanoTime();
    for (Change change : changes) {
      if (now - change.sentNanos >= RESEND_NANOS) {
        submit(change);
      }
    }
  }

  /** What a member has said of itself, else what the group's membership says. */
  MemberInfo info(KvEndpoint endpoint) {
    return store
        .member(endpoint.id())
        .orElseGet(
            () ->
                MemberInfo.newBuilder()
                    .setId(endpoint.id().value())
                    .setName(endpoint.name())
                    .addAllPeerUrls(endpoint.peerUrls())
                    .build());
  }

  /** A member for a log: its name, if there is one, and its id. */
  String name(MemberId id) {
    return endpoints(report.getEffectiveMembers().getMembers()).stream()
        .filter(member -> member.id().equals(id))
        .findFirst()
        .orElseGet(() -> KvEndpoint.ofId(id))
        .toString();
  }

  /** Tells the transport who its peers are. */
  synchronized void syncPeers() {
    Map<MemberId, KvEndpoint> members = new LinkedHashMap<>();
    for (KvEndpoint member : endpoints(report.getCommittedMembers().getMembers())) {
      members.put(member.id(), member);
    }
    for (KvEndpoint member : endpoints(report.getEffectiveMembers().getMembers())) {
      members.put(member.id(), member);
    }
    members.remove(group.self());
    for (KvEndpoint member : members.values()) {
      PeerUrls urls = PeerUrls.of(info(member).getPeerUrlsList());
      PeerUrls known = peers.put(member.id(), urls);
      if (known == null) {
        group.transport().addPeer(member.id(), urls);
        log.info("peer {} is at {}", member, urls);
      } else if (!known.equals(urls)) {
        group.transport().updatePeer(member.id(), urls);
        log.info("peer {} moved from {} to {}", member, known, urls);
      }
    }
    peers
        .keySet()
        .removeIf(
            id -> {
              if (members.containsKey(id)) {
                return false;
              }
              group.transport().removePeer(id);
              log.info("peer {} is no member any more", id);
              return true;
            });
  }

  private void noteRemovals(RaftGroupMembers members) {
    Set<MemberId> now = new HashSet<>();
    for (KvEndpoint member : endpoints(members.getMembers())) {
      now.add(member.id());
    }
    boolean news = false;
    for (MemberId before : committed) {
      news |= !now.contains(before) && removed.add(before);
    }
    committed = now;
    if (news) {
      saveRemoved();
    }
  }

  /** Keeps in mind that this member itself was removed; blocks on the disk. */
  void noteSelfRemoved() {
    if (removed.add(group.self())) {
      saveRemoved();
    }
  }

  private void saveRemoved() {
    try {
      dataDir.removed(removed);
    } catch (IOException e) {
      log.error("cannot note who was removed: {}", e.toString());
    }
  }

  private void promoteLearner(RaftNodeReport report) {
    RaftGroupMembers members = report.getCommittedMembers();
    if (report.getRole() != RaftRole.LEADER
        || members.getLogIndex() != report.getEffectiveMembers().getLogIndex()) {
      return;
    }
    long last = report.getLog().getLastLogOrSnapshotIndex();
    for (KvEndpoint member : endpoints(members.getMembers())) {
      Long match = report.getLog().getFollowerMatchIndices().get(member);
      if (!members.getVotingMembers().contains(member)
          && match != null
          && match > 0
          && match >= last - CAUGHT_UP_ENTRIES
          && group.transport().activeSince(member.id()).isPresent()) {
        log.info("learner {} has caught up and gets a vote", member);
        replicate(MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER, member);
        return;
      }
    }
  }

  private void validateNew(KvEndpoint endpoint) {
    RaftGroupMembers members = report.getEffectiveMembers();
    for (KvEndpoint member : endpoints(members.getMembers())) {
      if (member.id().equals(endpoint.id()) || member.name().equals(endpoint.name())) {
        throw new RequestException(
            409,
            "member "
                + endpoint
                + " (expected: an id and a name that no member has; there is "
                + member
                + ")");
      }
      for (String url : info(member).getPeerUrlsList()) {
        if (endpoint.peerUrls().contains(url)) {
          throw new RequestException(
              409,
              "peer URL " + url + " (expected: one that no member has; it is " + member + "'s)");
        }
      }
    }
    if (isRemoved(endpoint.id())) {
      throw new RequestException(
          409,
          "member id " + endpoint.id() + " (expected: one that was never used; it was removed)");
    }
    int learners = members.getMembers().size() - members.getVotingMembers().size();
    if (learners >= RaftGroupMembers.MAX_LEARNER_COUNT) {
      throw new RequestException(
          409,
          learners
              + " members have not caught up yet (expected: fewer than "
              + RaftGroupMembers.MAX_LEARNER_COUNT
              + "; start them first)");
    }
  }

  private static RequestException unknown(MemberId id, RaftGroupMembers members) {
    return new RequestException(
        404, "member " + id + " (expected: one of " + endpoints(members.getMembers()) + ")");
  }

  private Mono<Void> change(
      MembershipChangeMode mode, KvEndpoint endpoint, Predicate<RaftNodeReport> done) {
    return Mono.<Void>create(
            sink -> {
              Change change = new Change(mode, endpoint, done, sink);
              changes.add(change);
              sink.onDispose(() -> changes.remove(change));
              submit(change);
            })
        .timeout(timeout)
        .onErrorMap(
            TimeoutException.class,
            e ->
                new RequestException(
                        503,
                        group
                                .leader()
                                .map(leader -> "leader " + leader + " did not commit the change")
                                .orElse("no leader")
                            + " within "
                            + timeout.toMillis()
                            + " ms")
                    .with("outcome", "unknown"));
  }

  private void submit(Change change) {
    change.sentNanos = System.nanoTime();
    Optional<MemberId> leader = group.leader();
    if (leader.isEmpty()) {
      return;
    }
    if (leader.get().equals(group.self())) {
      replicate(change.mode, change.endpoint);
    } else {
      Endpoint endpoint =
          Endpoint.newBuilder()
              .setId(change.endpoint.id().value())
              .setName(change.endpoint.name())
              .addAllPeerUrls(change.endpoint.peerUrls())
              .build();
      group.send(
          MessageType.MsgProp,
          leader.get(),
          Entry.newBuilder()
              .setType(EntryType.EntryConfChange)
              .setData(
                  MessageMapper.confChange(change.endpoint, change.mode, endpoint.toByteString())
                      .toByteString())
              .build());
    }
  }

  private void replicate(MembershipChangeMode mode, KvEndpoint endpoint) {
    group
        .node()
        .changeMembership(endpoint, mode, report.getCommittedMembers().getLogIndex())
        .whenComplete(
            (result, failure) -> {
              if (failure != null) {
                log.debug("{} of {} was not replicated: {}", mode, endpoint, failure.toString());
              }
            });
  }

  static List<KvEndpoint> endpoints(Iterable<RaftEndpoint> members) {
    List<KvEndpoint> endpoints = new ArrayList<>();
    members.forEach(member -> endpoints.add(KvEndpoint.of(member)));
    return endpoints;
  }

  private static final class Change {

    private final MembershipChangeMode mode;
    private final KvEndpoint endpoint;
    private final Predicate<RaftNodeReport> done;
    private final MonoSink<Void> sink;
    private volatile long sentNanos;

    Change(
        MembershipChangeMode mode,
        KvEndpoint endpoint,
        Predicate<RaftNodeReport> done,
        MonoSink<Void> sink) {
      this.mode = mode;
      this.endpoint = endpoint;
      this.done = done;
      this.sink = sink;
    }

    void check(RaftNodeReport report) {
      if (done.test(report)) {
        sink.success();
      }
    }
  }
}
