// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.raftwire.raftpb.Message;
import reactor.core.publisher.Mono;

/**
 * The raft node as rafthttp sees it ({@code rafthttp.Raft}), for whoever ports a Go-shaped one;
 * {@link RaftBinding} ties it to a transport. Implementations must not block in any method.
 */
public interface Raft {

  /**
   * Takes one message. Calls come one at a time for messages and, independently of that, one at a
   * time for forwarded proposals (MsgProp): the next comes when the last has completed, so that a
   * node without a leader may leave a proposal pending while everything else flows.
   *
   * @return completes when the message has been taken; an error of type {@link
   *     MemberRemovedException} tells the sender that it has been removed
   */
  Mono<Void> process(Message message);

  /** Whether the member was removed from the cluster, for good. Called on I/O threads. */
  boolean isIdRemoved(MemberId id);

  /** Messages to the peer may not have arrived. */
  void reportUnreachable(MemberId id);

  /** How the last snapshot to the peer ended. */
  void reportSnapshot(MemberId id, SnapshotStatus status);

  /** How a snapshot ended. */
  enum SnapshotStatus {
    /** The peer has saved and taken it. */
    FINISH,
    /** It has not arrived whole; raft may try again later. */
    FAILURE
  }
}
