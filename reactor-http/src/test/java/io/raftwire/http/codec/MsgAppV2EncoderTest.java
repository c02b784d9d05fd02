// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.raftwire.MemberId;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MsgAppV2EncoderTest {

  private static final MemberId LOCAL = MemberId.parse("8000000000000001");
  private static final MemberId REMOTE = MemberId.parse("ffffffffffffffff");

  private static final UnknownFieldSet UNKNOWN =
      UnknownFieldSet.newBuilder().mergeVarintField(15, 1).build();

  // What a reader has after this: term 5, index 9.
  private static final Message APP_AT_8 =
      app(5, 4, 8).addEntries(Entry.newBuilder().setTerm(5).setIndex(9)).setCommit(7).build();

  private final MsgAppV2Encoder encoder = new MsgAppV2Encoder(LOCAL, REMOTE);

  @BeforeEach
  void leaveTheInitialState() {
    byte[] frame = Encoding.frame(encoder, APP_AT_8);

    assertThat(frame)
        .isEqualTo(
            Hex.bytes(
                "02", // frame type: any message
                "0000000000000026", // length 38
                "08 03", // type MsgApp
                "10 ffffffffffffffffff01", // to 2^64 - 1
                "18 81808080808080808001", // from 2^63 + 1
                "20 05", // term
                "28 04", // logTerm
                "30 08", // index
                "3a 04", // an entry of 4 bytes
                "10 05", // ... Term
                "18 09", // ... Index
                "40 07")); // commit
  }

  @Test
  void linkHeartbeat() {
    assertThat(Encoding.linkHeartbeat(encoder)).isEqualTo(Hex.bytes("00"));
    assertThat(
            Encoding.frame(encoder, Message.newBuilder().setType(MessageType.MsgHeartbeat).build()))
        .isEqualTo(Hex.bytes("00"));
    assertThat(isCompact(app(5, 5, 9).build())).isTrue();
  }

  @Test
  void aMessageThatContinuesTheLastOne() {
    Message message =
        app(5, 5, 9)
            .addEntries(
                Entry.newBuilder()
                    .setType(EntryType.EntryNormal)
                    .setTerm(5)
                    .setIndex(10)
                    .setData(ByteString.copyFromUtf8("abc")))
            .addEntries(Entry.newBuilder().setTerm(5).setIndex(11).setUnknownFields(UNKNOWN))
            .setCommit(-1)
            .build();

    assertThat(Encoding.frame(encoder, message))
        .isEqualTo(
            Hex.bytes(
                "01", // frame type: compact
                "0000000000000002", // two entries
                "000000000000000b", // the first has 11 bytes
                "08 00", // ... Type Normal
                "10 05", // ... Term
                "18 0a", // ... Index 10
                "22 03 616263", // ... Data "abc"
                "0000000000000006", // the second has 6 bytes
                "10 05", // ... Term
                "18 0b", // ... Index 11
                "78 01", // ... a field 15 that we do not know
                "ffffffffffffffff")); // commit 2^64 - 1
    assertThat(isCompact(app(5, 5, 11).build())).isTrue();
  }

  @Test
  void zeroIsTheSameAsNotSet() {
    Snapshot empty =
        Snapshot.newBuilder()
            .setMetadata(
                SnapshotMetadata.newBuilder()
                    .setIndex(0)
                    .setTerm(0)
                    .setConfState(ConfState.newBuilder().setAutoLeave(false)))
            .build();

    assertThat(
            isCompact(
                app(5, 5, 9)
                    .setReject(false)
                    .setRejectHint(0)
                    .setContext(ByteString.EMPTY)
                    .setVote(0)
                    .setSnapshot(empty)
                    .build()))
        .isTrue();
  }

  @ParameterizedTest
  @MethodSource("changes")
  void aMessageWithAnythingElseIsSentWhole(UnaryOperator<Message.Builder> change) {
    Message message = change.apply(app(5, 5, 9)).build();

    byte[] frame = Encoding.frame(encoder, message);

    assertThat(frame[0]).isEqualTo((byte) 2);
    assertThat(frame).endsWith(message.toByteArray());
  }

  static List<UnaryOperator<Message.Builder>> changes() {
    Entry ten = Entry.newBuilder().setIndex(10).build();
    return List.of(
        m -> m.setType(MessageType.MsgAppResp),
        m -> m.setTo(1),
        m -> m.setFrom(1),
        m -> m.setTerm(6),
        m -> m.setLogTerm(4),
        m -> m.setTerm(6).setLogTerm(6),
        m -> m.setIndex(8),
        m -> m.setReject(true),
        m -> m.setRejectHint(-1),
        m -> m.setContext(ByteString.copyFromUtf8("c")),
        m -> m.setVote(1),
        m -> m.addResponses(Message.getDefaultInstance()),
        m -> m.setUnknownFields(UNKNOWN),
        m -> m.setSnapshot(Snapshot.newBuilder().setData(ByteString.copyFromUtf8("s"))),
        m -> m.setSnapshot(Snapshot.newBuilder().setUnknownFields(UNKNOWN)),
        m -> m.addEntries(Entry.getDefaultInstance()),
        m -> m.addEntries(ten).addEntries(ten),
        m -> m.addEntries(ten).addEntries(Entry.newBuilder().setIndex(12)));
  }

  @Test
  void aGapIsSentWholeAndContinuedFrom() {
    assertThat(isCompact(app(5, 5, 20).build())).isFalse();
    assertThat(isCompact(app(5, 5, 20).build())).isTrue();
    assertThat(isCompact(app(5, 5, 9).build())).isFalse();
  }

  @Test
  void anotherTermIsSentWholeAndContinuedFrom() {
    assertThat(isCompact(app(6, 5, 9).addEntries(Entry.newBuilder().setIndex(10)).build()))
        .isFalse();
    assertThat(isCompact(app(5, 5, 10).build())).isFalse();
    assertThat(isCompact(app(6, 6, 10).build())).isFalse();
    assertThat(isCompact(app(6, 6, 10).build())).isTrue();
  }

  @Test
  void askingForTheSizeChangesNothing() {
    Message gap = app(5, 5, 20).build();
    Message next = app(5, 5, 9).build();

    assertThat(encoder.frameSize(gap)).isEqualTo(9 + gap.getSerializedSize());
    assertThat(encoder.frameSize(next)).isEqualTo(17);
    assertThat(encoder.frameSize(gap)).isEqualTo(9 + gap.getSerializedSize());

    assertThat(isCompact(next)).isTrue();
  }

  private boolean isCompact(Message message) {
    return Encoding.frame(encoder, message)[0] == 1;
  }

  private static Message.Builder app(long term, long logTerm, long index) {
    return Message.newBuilder()
        .setType(MessageType.MsgApp)
        .setFrom(LOCAL.value())
        .setTo(REMOTE.value())
        .setTerm(term)
        .setLogTerm(logTerm)
        .setIndex(index);
  }
}
