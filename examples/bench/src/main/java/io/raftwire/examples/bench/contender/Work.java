// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

/** What a source sends; the names are those of the flag. */
public enum Work {
  /** MsgApp on its stream. */
  msgapp,
  /** MsgHeartbeatResp on the message stream. MsgHeartbeat will not do: a transport merges it. */
  small,
  /** MsgApp to a remote, which can be reached by POST only. */
  pipeline,
  /** MsgSnap with a file for its body. */
  snapshot
}
