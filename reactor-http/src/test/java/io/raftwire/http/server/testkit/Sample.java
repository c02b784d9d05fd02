// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server.testkit;

import com.google.protobuf.ByteString;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;

/** Messages to send. */
public final class Sample {

  private Sample() {}

  /** A message of a type, with an index to know it by. */
  public static Message message(MessageType type, long from, long to, long index) {
    return Message.newBuilder()
        .setType(type)
        .setFrom(from)
        .setTo(to)
        .setTerm(3)
        .setIndex(index)
        .build();
  }

  /** A MsgApp with one entry. */
  public static Message append(long from, long to, long index, int bytes) {
    return message(MessageType.MsgApp, from, to, index).toBuilder()
        .setLogTerm(3)
        .addEntries(
            Entry.newBuilder()
                .setTerm(3)
                .setIndex(index + 1)
                .setData(ByteString.copyFrom(new byte[bytes])))
        .build();
  }

  /** A MsgSnap without data. */
  public static Message snapshot(long from, long to, long index) {
    return Message.newBuilder()
        .setType(MessageType.MsgSnap)
        .setFrom(from)
        .setTo(to)
        .setTerm(3)
        .setSnapshot(
            Snapshot.newBuilder()
                .setMetadata(SnapshotMetadata.newBuilder().setIndex(index).setTerm(2)))
        .build();
  }
}
