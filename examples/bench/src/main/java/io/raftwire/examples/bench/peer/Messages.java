// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;

/**
 * Builds what one member sends to another: each message afresh, as a raft node does, the payload
 * shared by all.
 */
final class Messages {

  private static final long TERM = 1;

  private final long from;
  private final long to;
  private final ByteString data;
  private final int entries;

  Messages(MemberId from, MemberId to, int size, int entries) {
    this.from = from.value();
    this.to = to.value();
    this.entries = entries;
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) i;
    }
    this.data = ByteString.copyFrom(bytes);
  }

  /** Messages without payload. */
  Messages(MemberId from, MemberId to) {
    this(from, to, 0, 1);
  }

  /** The MsgApp of a leader whose follower has the log up to {@code index}. */
  Message append(long index) {
    Message.Builder message =
        Message.newBuilder()
            .setType(MessageType.MsgApp)
            .setFrom(from)
            .setTo(to)
            .setTerm(TERM)
            .setLogTerm(TERM)
            .setIndex(index)
            .setCommit(index);
    for (int i = 1; i <= entries; i++) {
      message.addEntries(
          Entry.newBuilder().setTerm(TERM).setIndex(index + i).setData(data).build());
    }
    return message.build();
  }

  /** The MsgAppResp that acknowledges {@code index}. */
  Message appendResponse(long index) {
    return Message.newBuilder()
        .setType(MessageType.MsgAppResp)
        .setFrom(from)
        .setTo(to)
        .setTerm(TERM)
        .setIndex(index)
        .build();
  }

  /** A MsgHeartbeatResp. */
  Message heartbeatResponse() {
    return Message.newBuilder()
        .setType(MessageType.MsgHeartbeatResp)
        .setFrom(from)
        .setTo(to)
        .setTerm(TERM)
        .build();
  }

  /** The MsgSnap of a snapshot that has its data in a body of its own. */
  Message snapshot(long index) {
    return Message.newBuilder()
        .setType(MessageType.MsgSnap)
        .setFrom(from)
        .setTo(to)
        .setTerm(TERM)
        .setSnapshot(
            Snapshot.newBuilder()
                .setMetadata(
                    SnapshotMetadata.newBuilder()
                        .setIndex(index)
                        .setTerm(TERM)
                        .setConfState(ConfState.newBuilder().addVoters(from).addVoters(to))))
        .build();
  }

  /** Whether a sink counts a message. */
  static boolean isBulk(Message message) {
    return message.getType() == MessageType.MsgApp
        || message.getType() == MessageType.MsgHeartbeatResp;
  }
}
