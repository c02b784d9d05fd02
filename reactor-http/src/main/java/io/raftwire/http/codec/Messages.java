// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;

/** What codecs ask about messages. */
final class Messages {

  private Messages() {}

  /** Whether it is a sign of life between transports and not meant for raft. */
  static boolean isLinkHeartbeat(Message message) {
    return message.getType() == MessageType.MsgHeartbeat
        && message.getFrom() == 0
        && message.getTo() == 0;
  }

  /**
   * Members before raft 3.6 give every message a snapshot, mostly an empty one; raft shall see no
   * difference to members that leave it out.
   */
  static Message withoutEmptySnapshot(Message message) {
    if (message.getType() == MessageType.MsgSnap
        || !message.hasSnapshot()
        || !isEmpty(message.getSnapshot())) {
      return message;
    }
    return message.toBuilder().clearSnapshot().build();
  }

  /** Whether no field has a value other than zero. */
  static boolean isEmpty(Snapshot snapshot) {
    SnapshotMetadata metadata = snapshot.getMetadata();
    return snapshot.getData().isEmpty()
        && metadata.getIndex() == 0
        && metadata.getTerm() == 0
        && isEmpty(metadata.getConfState())
        && metadata.getUnknownFields().isEmpty()
        && snapshot.getUnknownFields().isEmpty();
  }

  private static boolean isEmpty(ConfState state) {
    return state.getVotersCount() == 0
        && state.getLearnersCount() == 0
        && state.getVotersOutgoingCount() == 0
        && state.getLearnersNextCount() == 0
        && !state.getAutoLeave()
        && state.getUnknownFields().isEmpty();
  }
}
