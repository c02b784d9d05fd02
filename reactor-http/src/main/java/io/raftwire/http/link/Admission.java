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
    // A forwarded MsgTransferLeader names the transferee in from, whoever forwards it.
    boolean senderNamed = message.getType() != MessageType.MsgTransferLeader;
    if (message.getTo() != local.value()
        || (from != null && senderNamed && message.getFrom() != from.value())) {
      return DropReason.WRONG_ADDRESS;
    }
    return null;
  }
}
