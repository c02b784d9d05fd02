// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.raftpb.Message;
import java.nio.file.Path;

/** An end that can send a file along with a MsgSnap. */
public interface SnapshotSender {

  /**
   * Sends a snapshot and returns when it has been saved.
   *
   * @throws io.raftwire.examples.bench.BenchException if it has not
   */
  void sendSnapshot(Message snapshot, Path body);
}
