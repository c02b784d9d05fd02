// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

/** Messages for tests. */
final class TestMessages {

  private TestMessages() {}

  static Stream<MessageType> wireTypes() {
    return Arrays.stream(MessageType.values())
        .filter(type -> MessageClass.of(type) != MessageClass.LOCAL);
  }

  static Stream<MessageType> localTypes() {
    return Arrays.stream(MessageType.values())
        .filter(type -> MessageClass.of(type) == MessageClass.LOCAL);
  }

  static Message.Builder message(MessageType type, MemberId from, MemberId to) {
    return Message.newBuilder().setType(type).setFrom(from.value()).setTo(to.value());
  }

  /** A MsgAppResp, told from others by its index. */
  static Message numbered(MemberId from, MemberId to, long number) {
    return message(MessageType.MsgAppResp, from, to).setTerm(1).setIndex(number).build();
  }

  /** A MsgAppResp of some size, told from others by its index. */
  static Message bulk(MemberId from, MemberId to, long number, int bytes) {
    return message(MessageType.MsgAppResp, from, to)
        .setTerm(1)
        .setIndex(number)
        .setContext(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  /** A MsgApp with one entry that follows the entry at an index. */
  static Message append(MemberId from, MemberId to, long term, long index, ByteString data) {
    return message(MessageType.MsgApp, from, to)
        .setTerm(term)
        .setLogTerm(term)
        .setIndex(index)
        .setCommit(index)
        .addEntries(entry(term, index + 1, data))
        .build();
  }

  static Entry entry(long term, long index, ByteString data) {
    return Entry.newBuilder()
        .setType(EntryType.EntryNormal)
        .setTerm(term)
        .setIndex(index)
        .setData(data)
        .build();
  }

  static ByteString random(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  /** A message with every field that may travel set, numbers above 2^63 among them. */
  static Message everyField(MessageType type, MemberId from, MemberId to) {
    return message(type, from, to)
        .setTerm(0x8000_0000_0000_0001L)
        .setLogTerm(0xffff_ffff_ffff_fffeL)
        .setIndex(0xffff_ffff_ffff_fff0L)
        .addEntries(entry(-3, 0xffff_ffff_ffff_fff1L, ByteString.copyFromUtf8("one")))
        .addEntries(
            Entry.newBuilder()
                .setType(EntryType.EntryConfChange)
                .setTerm(Long.MIN_VALUE)
                .setIndex(0xffff_ffff_ffff_fff2L))
        .addEntries(
            Entry.newBuilder()
                .setType(EntryType.EntryConfChangeV2)
                .setTerm(7)
                .setIndex(0xffff_ffff_ffff_fff3L)
                .setData(ByteString.copyFrom(new byte[] {0, -1, 127, -128})))
        .setCommit(0xffff_ffff_ffff_fff4L)
        .setSnapshot(
            Snapshot.newBuilder()
                .setData(ByteString.copyFromUtf8("state"))
                .setMetadata(
                    SnapshotMetadata.newBuilder()
                        .setIndex(Long.MIN_VALUE + 5)
                        .setTerm(9)
                        .setConfState(
                            ConfState.newBuilder()
                                .addVoters(1)
                                .addVoters(-1)
                                .addLearners(Long.MIN_VALUE)
                                .addVotersOutgoing(2)
                                .addLearnersNext(3)
                                .setAutoLeave(true))))
        .setReject(true)
        .setRejectHint(0x9000_0000_0000_0000L)
        .setContext(ByteString.copyFromUtf8("context"))
        .build();
  }

  /** With the fields that only newer members know. */
  static Message newerFields(Message message) {
    return message.toBuilder()
        .setVote(-7)
        .addResponses(Message.newBuilder().setType(MessageType.MsgAppResp).setTo(-1).setFrom(5))
        .setUnknownFields(UnknownFieldSet.newBuilder().mergeVarintField(99, 42).build())
        .build();
  }
}
