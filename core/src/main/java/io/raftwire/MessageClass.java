// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;

/**
 * What a message is for, as far as a transport has to know: which ones must get through a crowded
 * lane, which may be replaced by a newer one, and which have no business on a wire.
 */
public enum MessageClass {
  /** MsgVote, MsgPreVote and their answers, MsgTimeoutNow: without them no leader is elected. */
  VOTE("vote", true),
  /** MsgHeartbeat and its answer: without them a leader is deposed. */
  HEARTBEAT("heartbeat", true),
  /** MsgApp and its answer. */
  APPEND("append", false),
  /** MsgProp: a proposal forwarded to the leader. */
  PROPOSAL("proposal", false),
  /** MsgReadIndex and its answer. */
  READ_INDEX("read-index", false),
  /** MsgSnap. */
  SNAPSHOT("snapshot", false),
  /** Whatever else may travel: MsgTransferLeader, MsgForgetLeader. */
  OTHER("other", false),
  /** Messages that a raft node sends itself or its own storage; refused from the wire. */
  LOCAL("local", false);

  private static final MessageClass[] BY_TYPE = byType();

  private final String label;
  private final boolean urgent;

  MessageClass(String label, boolean urgent) {
    this.label = label;
    this.urgent = urgent;
  }

  /** The name in logs and meters, lower case. */
  public String label() {
    return label;
  }

  /** Whether a lane that is full of other messages still takes it. */
  public boolean urgent() {
    return urgent;
  }

  /** The class of a message. */
  public static MessageClass of(Message message) {
    return BY_TYPE[message.getType().getNumber()];
  }

  /** The class of a message type. */
  public static MessageClass of(MessageType type) {
    return BY_TYPE[type.getNumber()];
  }

  private static MessageClass[] byType() {
    MessageClass[] classes = new MessageClass[MessageType.values().length];
    for (MessageType type : MessageType.values()) {
      classes[type.getNumber()] = classify(type);
    }
    return classes;
  }

  private static MessageClass classify(MessageType type) {
    return switch (type) {
      case MsgVote, MsgVoteResp, MsgPreVote, MsgPreVoteResp, MsgTimeoutNow -> VOTE;
      case MsgHeartbeat, MsgHeartbeatResp -> HEARTBEAT;
      case MsgApp, MsgAppResp -> APPEND;
      case MsgProp -> PROPOSAL;
      case MsgReadIndex, MsgReadIndexResp -> READ_INDEX;
      case MsgSnap -> SNAPSHOT;
      case MsgTransferLeader, MsgForgetLeader -> OTHER;
      case MsgHup,
          MsgBeat,
          MsgUnreachable,
          MsgSnapStatus,
          MsgCheckQuorum,
          MsgStorageAppend,
          MsgStorageAppendResp,
          MsgStorageApply,
          MsgStorageApplyResp ->
          LOCAL;
    };
  }
}
