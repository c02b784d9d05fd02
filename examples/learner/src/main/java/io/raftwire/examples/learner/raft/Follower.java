// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.raft;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.SnapshotMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A raft member that follows and never leads: what etcd's raft does in a learner, decided from
 * messages alone. It keeps only what it needs to match a leader's log: the term of the commit index
 * and the entries after it. Everything else goes to the store, by way of {@link Step}.
 *
 * <p>It differs from etcd's raft in one point, on purpose: it rejects every request for a vote, so
 * that it can never decide an election, even after somebody promoted it.
 *
 * <p>Not thread-safe. Terms and indexes are unsigned.
 */
public final class Follower {

  private static final Logger log = LoggerFactory.getLogger(Follower.class);

  /** As long as a leader was heard within this time, others who ask for votes are not answered. */
  private static final Duration LEASE = Duration.ofSeconds(1);

  private static final ByteString CAMPAIGN_TRANSFER = ByteString.copyFromUtf8("CampaignTransfer");

  private final long id;
  private long term;
  private long lead;
  private long commit;
  private long commitTerm;
  private final List<Entry> tail; // the entries right after commit
  private long leaderHeardNanos;

  /**
   * A follower that goes on from what its store holds.
   *
   * @param commitTerm the term of the entry at {@code commit}
   * @param tail the entries after {@code commit}
   */
  public Follower(MemberId id, long term, long commit, long commitTerm, List<Entry> tail) {
    this.id = id.value();
    this.term = term;
    this.commit = commit;
    this.commitTerm = commitTerm;
    this.tail = new ArrayList<>(tail);
  }

  /** The current term. */
  public long term() {
    return term;
  }

  /** The leader as far as known; 0 for none. */
  public long lead() {
    return lead;
  }

  /** The highest index known to be committed. */
  public long commit() {
    return commit;
  }

  /** The term of the entry at {@link #commit}. */
  public long commitTerm() {
    return commitTerm;
  }

  /** The index of the last entry. */
  public long lastIndex() {
    return commit + tail.size();
  }

  /**
   * Takes one message. What follows from it is added to {@code step}: nothing of it may be sent or
   * shown before the step has been stored.
   *
   * @throws LostLogException if the leader knows of entries that this log should hold and does not
   */
  public void step(Message message, long nowNanos, Step step) {
    long theirs = message.getTerm();
    if (theirs == 0) {
      return; // forwarded proposals and reads: not a learner's business
    }
    int order = Long.compareUnsigned(theirs, term);
    MessageType type = message.getType();
    boolean vote = type == MessageType.MsgVote || type == MessageType.MsgPreVote;
    if (order > 0) {
      if (vote && hasLease(nowNanos) && !message.getContext().equals(CAMPAIGN_TRANSFER)) {
        return;
      }
      boolean keepsTerm =
          type == MessageType.MsgPreVote
              || (type == MessageType.MsgPreVoteResp && !message.getReject());
      if (!keepsTerm) {
        become(theirs, fromLeader(type) ? message.getFrom() : 0, step);
      }
    } else if (order < 0) {
      if (type == MessageType.MsgHeartbeat || type == MessageType.MsgApp) {
        // A leader that was deposed without noticing: tell it the term.
        step.send(reply(message, MessageType.MsgAppResp));
      } else if (type == MessageType.MsgPreVote) {
        step.send(reply(message, MessageType.MsgPreVoteResp).setReject(true));
      }
      return;
    }
    switch (type) {
      case MsgVote -> step.send(reply(message, MessageType.MsgVoteResp).setReject(true));
      case MsgPreVote -> step.send(reply(message, MessageType.MsgPreVoteResp).setReject(true));
      case MsgApp -> {
        heard(message, nowNanos, step);
        append(message, step);
      }
      case MsgHeartbeat -> {
        heard(message, nowNanos, step);
        heartbeat(message, step);
      }
      case MsgSnap -> {
        heard(message, nowNanos, step);
        snapshot(message, step);
      }
      default -> log.debug("ignored {} from {}", type, MemberId.of(message.getFrom()));
    }
  }

  private static boolean fromLeader(MessageType type) {
    return type == MessageType.MsgApp
        || type == MessageType.MsgHeartbeat
        || type == MessageType.MsgSnap;
  }

  private boolean hasLease(long nowNanos) {
    return lead != 0 && nowNanos - leaderHeardNanos < LEASE.toNanos();
  }

  private void become(long newTerm, long leader, Step step) {
    term = newTerm;
    lead = leader;
    step.hardStateChanged();
  }

  private void heard(Message message, long nowNanos, Step step) {
    leaderHeardNanos = nowNanos;
    if (lead != message.getFrom() || step.leaderTerm() != term) {
      lead = message.getFrom();
      step.leader(lead, term);
    }
  }

  private Message.Builder reply(Message to, MessageType type) {
    return Message.newBuilder().setType(type).setTo(to.getFrom()).setFrom(id).setTerm(term);
  }

  // ---- the log

  private void append(Message message, Step step) {
    long previous = message.getIndex();
    if (Long.compareUnsigned(previous, commit) < 0) {
      step.acknowledge(reply(message, MessageType.MsgAppResp).setIndex(commit));
      return;
    }
    if (!matches(previous, message.getLogTerm())) {
      step.send(
          rejection(message)
              .setType(MessageType.MsgAppResp)
              .setIndex(previous)
              .setReject(true)
              .setTo(message.getFrom()));
      return;
    }
    List<Entry> entries = message.getEntriesList();
    int fresh = firstNew(entries);
    if (fresh < entries.size()) {
      addAfterTruncating(entries.subList(fresh, entries.size()), step);
    }
    long last = previous + entries.size();
    commitTo(min(message.getCommit(), last), step);
    step.acknowledge(reply(message, MessageType.MsgAppResp).setIndex(last));
  }

  /** The first entry this log does not have, or has with another term. */
  private int firstNew(List<Entry> entries) {
    int i = 0;
    while (i < entries.size() && matches(entries.get(i).getIndex(), entries.get(i).getTerm())) {
      i++;
    }
    return i;
  }

  private void addAfterTruncating(List<Entry> entries, Step step) {
    long first = entries.get(0).getIndex();
    int keep = Math.toIntExact(first - commit - 1);
    if (keep < tail.size()) {
      log.info("a new leader replaces the entries from {} on", Long.toUnsignedString(first));
      tail.subList(keep, tail.size()).clear();
    }
    tail.addAll(entries);
    step.append(entries);
  }

  /**
   * The highest index at which the logs may still agree: not beyond the leader's, and not in a term
   * later than the one it asked for. Spares it from probing entry by entry.
   */
  private Message.Builder rejection(Message message) {
    long index = min(message.getIndex(), lastIndex());
    while (Long.compareUnsigned(index, commit) > 0
        && Long.compareUnsigned(termAt(index), message.getLogTerm()) > 0) {
      index--;
    }
    return reply(message, MessageType.MsgAppResp).setRejectHint(index).setLogTerm(termAt(index));
  }

  private boolean matches(long index, long entryTerm) {
    return Long.compareUnsigned(index, commit) >= 0
        && Long.compareUnsigned(index, lastIndex()) <= 0
        && termAt(index) == entryTerm;
  }

  /** The term at an index between commit and last. */
  private long termAt(long index) {
    return index == commit ? commitTerm : tail.get(Math.toIntExact(index - commit - 1)).getTerm();
  }

  private void commitTo(long index, Step step) {
    if (Long.compareUnsigned(index, commit) <= 0) {
      return;
    }
    List<Entry> committed = tail.subList(0, Math.toIntExact(index - commit));
    step.committed(committed);
    commitTerm = committed.get(committed.size() - 1).getTerm();
    commit = index;
    committed.clear();
  }

  private void heartbeat(Message message, Step step) {
    if (Long.compareUnsigned(message.getCommit(), lastIndex()) > 0) {
      // The leader commits no further than what this member once acknowledged.
      throw new LostLogException(lastIndex(), message.getCommit());
    }
    commitTo(message.getCommit(), step);
    step.send(reply(message, MessageType.MsgHeartbeatResp).setContext(message.getContext()));
  }

  private void snapshot(Message message, Step step) {
    SnapshotMetadata snapshot = message.getSnapshot().getMetadata();
    long index = snapshot.getIndex();
    if (Long.compareUnsigned(index, commit) <= 0) {
      log.info("ignored a snapshot at {}: not ahead", Long.toUnsignedString(index));
    } else if (!contains(snapshot.getConfState())) {
      log.warn("ignored a snapshot at {}: it is not for us", Long.toUnsignedString(index));
    } else if (matches(index, snapshot.getTerm())) {
      commitTo(index, step); // the log has it all
    } else {
      tail.clear();
      commit = index;
      commitTerm = snapshot.getTerm();
      step.restore(message.getSnapshot());
    }
    step.acknowledge(reply(message, MessageType.MsgAppResp).setIndex(commit));
  }

  private boolean contains(ConfState members) {
    return members.getLearnersList().contains(id)
        || members.getVotersList().contains(id)
        || members.getVotersOutgoingList().contains(id);
  }

  private static long min(long a, long b) {
    return Long.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
