// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.raftwire.DropReason;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Which messages may come in: those that travel between members, from the member at the other end,
 * to this one.
 */
public final class Admission {

  private Admission() {}

  /**
   * Why a message may not come in, or null if it may.
   *
   * @param from the member at the other end; null if it did not say who it is
   */
  public static @Nullable DropReason refuse(
      Message message, MemberId local, @Nullable MemberId from) {
    if (MessageClass.of(message) == MessageClass.LOCAL) {
      return DropReason.LOCAL_TYPE;
    }
    boolean senderNamed = !isForwarded(message.getType());
    if (message.getTo() != local.value()
        || (from != null && senderNamed && message.getFrom() != from.value())) {
      return DropReason.WRONG_ADDRESS;
    }
    return null;
  }

  /**
   * Types that a follower passes on to who it takes for the leader, with the {@code from} they came
   * with (etcd raft's {@code stepFollower}); a MsgTransferLeader names the transferee there.
   */
  private static boolean isForwarded(MessageType type) {
    return type == MessageType.MsgProp
        || type == MessageType.MsgReadIndex
        || type == MessageType.MsgTransferLeader;
  }
}
