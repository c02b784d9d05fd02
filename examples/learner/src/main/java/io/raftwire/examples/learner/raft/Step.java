// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.raft;

import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from a batch of messages, in the order in which it has to happen: store, apply what
 * became committed, send.
 */
public final class Step {

  private boolean hardStateChanged;
  private @Nullable Snapshot snapshot;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Entry> committed = new ArrayList<>();
  private final List<Message.Builder> messages = new ArrayList<>();
  private long leader;
  private long leaderTerm = -1;

  /**
   * A step that reports the leader only if it changes.
   *
   * @param leaderTerm the term in which the current leader was last reported
   */
  public Step(long leaderTerm) {
    this.leaderTerm = leaderTerm;
  }

  // ---- written by the follower

  void hardStateChanged() {
    hardStateChanged = true;
  }

  void leader(long id, long term) {
    leader = id;
    leaderTerm = term;
  }

  /** Entries that follow on, or replace what was there from the first one's index on. */
  void append(List<Entry> more) {
    long first = more.get(0).getIndex();
    entries.removeIf(entry -> Long.compareUnsigned(entry.getIndex(), first) >= 0);
    entries.addAll(more);
  }

  void committed(List<Entry> more) {
    hardStateChanged = true;
    committed.addAll(more);
  }

  /** A snapshot takes the place of everything before it. */
  void restore(Snapshot newSnapshot) {
    hardStateChanged = true;
    snapshot = newSnapshot;
    entries.clear();
    committed.clear();
  }

  void send(Message.Builder message) {
    messages.add(message);
  }

  /** An answer that the log holds everything up to an index; the last one says it for all. */
  void acknowledge(Message.Builder message) {
    if (!messages.isEmpty()) {
      Message.Builder last = messages.get(messages.size() - 1);
      if (last.getType() == MessageType.MsgAppResp
          && !last.getReject()
          && last.getTo() == message.getTo()
          && last.getTerm() == message.getTerm()
          && Long.compareUnsigned(last.getIndex(), message.getIndex()) <= 0) {
        messages.set(messages.size() - 1, message);
        return;
      }
    }
    messages.add(message);
  }

  // ---- read by who stores and sends

  /** Whether there is anything to store. */
  public boolean needsStore() {
    return hardStateChanged || snapshot != null || !entries.isEmpty();
  }

  /** The snapshot that replaces the log, before the entries; null for none. */
  public @Nullable Snapshot snapshot() {
    return snapshot;
  }

  /** Consecutive entries; they replace whatever the log has from the first one's index on. */
  public List<Entry> entries() {
    return entries;
  }

  /** The entries that became committed after the snapshot, in order. */
  public List<Entry> committed() {
    return committed;
  }

  /** What to send once all is stored. */
  public List<Message> messages() {
    return messages.stream().map(Message.Builder::build).toList();
  }

  /** The new leader; 0 if it is the same as before. */
  public long newLeader() {
    return leader;
  }

  /** The term of the leader last reported. */
  public long leaderTerm() {
    return leaderTerm;
  }
}
