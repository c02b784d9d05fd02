// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.raftwire.raftpb.Message;

/**
 * A received message together with its acknowledgement. A message that came as a POST is answered
 * only now, so that its sender knows that raft took it; for one that came on a stream both methods
 * do nothing on the wire. Exactly one of them counts, the first; both may be called from any
 * thread.
 */
public interface Delivery {

  /** The message. */
  Message message();

  /** Raft has taken the message: its POST is answered 204. */
  void acknowledge();

  /**
   * Raft failed on the message: its POST is answered 403 for a {@link MemberRemovedException}, 500
   * for anything else.
   */
  void fail(Throwable cause);
}
