// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.raftwire.MemberId;
import io.raftwire.RaftTransport;
import io.raftwire.examples.kv.raft.KvEndpoint;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.Optional;

/**
 * The raft group as this member sees it: who leads, and the way there.
 *
 * @param self this member
 * @param node its raft
 * @param transport its way to the others
 */
record Group(MemberId self, RaftNode node, RaftTransport transport) {

  Optional<MemberId> leader() {
    RaftEndpoint leader = node.getTerm().getLeaderEndpoint();
    return Optional.ofNullable(leader).map(KvEndpoint::of).map(KvEndpoint::id);
  }

  /** Sends one entry to another member; whether the transport took it. */
  boolean send(MessageType type, MemberId to, Entry entry) {
    return transport
        .send(
            Message.newBuilder()
                .setType(type)
                .setFrom(self.value())
                .setTo(to.value())
                .addEntries(entry)
                .build())
        .queued();
  }
}
