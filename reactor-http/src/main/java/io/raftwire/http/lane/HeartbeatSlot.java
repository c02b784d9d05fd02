// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import io.raftwire.raftpb.Message;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A MsgHeartbeat's place in a lane. Until it is taken, a newer heartbeat may take the place, unless
 * that would lose a context: raft confirms a read by the context of the newest heartbeat, which
 * confirms those before it, but a heartbeat without one confirms none.
 */
final class HeartbeatSlot {

  private static final Message TAKEN = Message.getDefaultInstance();

  private static final AtomicReferenceFieldUpdater<HeartbeatSlot, Message> MESSAGE =
      AtomicReferenceFieldUpdater.newUpdater(HeartbeatSlot.class, Message.class, "message");

  private volatile Message message;

  HeartbeatSlot(Message message) {
    this.message = message;
  }

  /** The waiting heartbeat, if it is one that the newer may supersede. */
  @SuppressWarnings("ReferenceEquality") // TAKEN is a mark, not a value
  @Nullable Message supersededBy(Message newer) {
    Message older = message;
    boolean supersedes =
        older != TAKEN
            && Long.compareUnsigned(newer.getTerm(), older.getTerm()) >= 0
            && (older.getContext().isEmpty() || !newer.getContext().isEmpty());
    return supersedes ? older : null;
  }

  boolean replace(Message older, Message newer) {
    return MESSAGE.compareAndSet(this, older, newer);
  }

  Message take() {
    return MESSAGE.getAndSet(this, TAKEN);
  }
}
