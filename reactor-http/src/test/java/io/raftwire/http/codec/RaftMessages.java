// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random messages: every field set or not, numbers of all 64 bits, unknown fields now and then. */
final class RaftMessages {

  private RaftMessages() {}

  /** Equal for messages whose fields have equal values, whether set to zero or not set. */
  static Message byValue(Message m) {
    return m.toBuilder()
        .setType(m.getType())
        .setTo(m.getTo())
        .setFrom(m.getFrom())
        .setTerm(m.getTerm())
        .setLogTerm(m.getLogTerm())
        .setIndex(m.getIndex())
        .setCommit(m.getCommit())
        .setReject(m.getReject())
        .setRejectHint(m.getRejectHint())
        .setContext(m.getContext())
        .setVote(m.getVote())
        .build();
  }

  static Arbitrary<Long> numbers() {
    return Arbitraries.oneOf(
        Arbitraries.longs(),
        Arbitraries.longs().between(0, 300),
        Arbitraries.of(0L, 1L, 127L, 128L, Long.MAX_VALUE, Long.MIN_VALUE, -1L));
  }

  static Arbitrary<ByteString> byteStrings(int maxSize) {
    return Arbitraries.bytes().array(byte[].class).ofMaxSize(maxSize).map(ByteString::copyFrom);
  }

  static Arbitrary<Entry> entries() {
    return Combinators.combine(
            Arbitraries.of(EntryType.class).injectNull(0.3),
            numbers().injectNull(0.2),
            numbers().injectNull(0.2),
            byteStrings(40).injectNull(0.2),
            unknownFields())
        .as(
            (type, term, index, data, unknown) -> {
              Entry.Builder entry = Entry.newBuilder().setUnknownFields(unknown);
              if (type != null) {
                entry.setType(type);
              }
              if (term != null) {
                entry.setTerm(term);
              }
              if (index != null) {
                entry.setIndex(index);
              }
              if (data != null) {
                entry.setData(data);
              }
              return entry.build();
            });
  }

  static Arbitrary<Message> messages() {
    return Combinators.combine(
            heads(),
            entries().list().ofMaxSize(4),
            snapshots().injectNull(0.7),
            byteStrings(30).injectNull(0.5),
            Arbitraries.of(true, false).injectNull(0.5),
            numbers().injectNull(0.8),
            heads().list().ofMaxSize(2),
            unknownFields())
        .as(
            (head, entries, snapshot, context, reject, vote, responses, unknown) -> {
              Message.Builder message =
                  head.toBuilder()
                      .addAllEntries(entries)
                      .addAllResponses(responses)
                      .setUnknownFields(unknown);
              if (snapshot != null) {
                message.setSnapshot(snapshot);
              }
              if (context != null) {
                message.setContext(context);
              }
              if (reject != null) {
                message.setReject(reject);
              }
              if (vote != null) {
                message.setVote(vote);
              }
              return message.build();
            })
        .filter(message -> !Messages.isLinkHeartbeat(message));
  }

  /** Numbers only. */
  static Arbitrary<Message> heads() {
    Arbitrary<Long> number = numbers().injectNull(0.2);
    return Combinators.combine(
            Arbitraries.of(MessageType.class),
            number,
            number,
            number,
            number,
            number,
            number,
            number)
        .as(
            (type, to, from, term, logTerm, index, commit, rejectHint) -> {
              Message.Builder message = Message.newBuilder().setType(type);
              if (to != null) {
                message.setTo(to);
              }
              if (from != null) {
                message.setFrom(from);
              }
              if (term != null) {
                message.setTerm(term);
              }
              if (logTerm != null) {
                message.setLogTerm(logTerm);
              }
              if (index != null) {
                message.setIndex(index);
              }
              if (commit != null) {
                message.setCommit(commit);
              }
              if (rejectHint != null) {
                message.setRejectHint(rejectHint);
              }
              return message.build();
            });
  }

  // Never empty: what becomes of an empty one has tests of its own.
  private static Arbitrary<Snapshot> snapshots() {
    return Combinators.combine(
            byteStrings(30), numbers(), Arbitraries.longs().greaterOrEqual(1), numbers().list())
        .as(
            (data, term, index, voters) ->
                Snapshot.newBuilder()
                    .setData(data)
                    .setMetadata(
                        SnapshotMetadata.newBuilder()
                            .setTerm(term)
                            .setIndex(index)
                            .setConfState(ConfState.newBuilder().addAllVoters(voters)))
                    .build());
  }

  private static Arbitrary<UnknownFieldSet> unknownFields() {
    Arbitrary<UnknownFieldSet> some =
        Combinators.combine(Arbitraries.integers().between(15, 5000), numbers(), byteStrings(10))
            .as(
                (number, value, bytes) ->
                    UnknownFieldSet.newBuilder()
                        .mergeVarintField(number, value.intValue())
                        .addField(
                            number + 1,
                            UnknownFieldSet.Field.newBuilder()
                                .addFixed64(value)
                                .addFixed32(1)
                                .addLengthDelimited(bytes)
                                .build())
                        .build());
    return Arbitraries.frequencyOf(
        Tuple.of(5, Arbitraries.just(UnknownFieldSet.getDefaultInstance())), Tuple.of(1, some));
  }
}
