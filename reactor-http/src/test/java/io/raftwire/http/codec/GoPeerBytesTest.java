// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bytes that etcd's own encoders produced for the messages written beside them. */
class GoPeerBytesTest {

  private static final MemberId FROM = MemberId.parse("8e9e05c52164694d");
  private static final MemberId TO = MemberId.parse("fffffffffffffffe");

  // go.etcd.io/etcd/server/v3 v3.7.1, rafthttp's msgAppV2Encoder.
  private static final List<byte[]> MSGAPP =
      List.of(
          Hex.bytes(
              "02000000000000002b080310feffffffffffffffff0118cdd2918bd2b881cf8e01",
              "20022801300a3a0908001002180b2201614009"),
          Hex.bytes(
              "010000000000000002000000000000000a08001002180c220262630000000000000006",
              "08021002180d000000000000000a"),
          Hex.bytes("010000000000000000000000000000000d"),
          Hex.bytes(
              "02000000000000002d080310feffffffffffffffff0118cdd2918bd2b881cf8e01",
              "2002280230143a0b0800100218152203676170400d"),
          Hex.bytes(
              "02000000000000003d080310feffffffffffffffff0118cdd2918bd2b881cf8e01",
              "2080808080808080808001280230163a120800108080808080808080800118172201744016"),
          Hex.bytes(
              "01000000000000000100000000000000120800108080808080808080800118182201",
              "75ffffffffffffffff"));

  private static final List<Message> MSGAPP_MESSAGES =
      List.of(
          app(2, 1, 10, 9, entry(2, 11, "a")),
          app(
              2,
              2,
              11,
              10,
              entry(2, 12, "bc"),
              Entry.newBuilder()
                  .setType(EntryType.EntryConfChangeV2)
                  .setTerm(2)
                  .setIndex(13)
                  .build()),
          app(2, 2, 13, 13),
          app(2, 2, 20, 13, entry(2, 21, "gap")),
          app(Long.MIN_VALUE, 2, 22, 22, entry(Long.MIN_VALUE, 23, "t")),
          app(Long.MIN_VALUE, Long.MIN_VALUE, 23, -1, entry(Long.MIN_VALUE, 24, "u")));

  @Test
  void msgAppStreamIsDecoded() {
    MsgAppV2Decoder decoder = new MsgAppV2Decoder(TO, FROM, 1000, 10);

    for (int i = 0; i < MSGAPP.size(); i++) {
      assertThat(Feeder.feed(decoder, MSGAPP.get(i)).messages())
          .containsExactly(MSGAPP_MESSAGES.get(i));
    }
  }

  @Test
  void msgAppStreamIsEncodedAlike() {
    MsgAppV2Encoder encoder = new MsgAppV2Encoder(FROM, TO);

    for (int i = 0; i < MSGAPP.size(); i++) {
      assertThat(Encoding.frame(encoder, MSGAPP_MESSAGES.get(i))).isEqualTo(MSGAPP.get(i));
    }
  }

  @Test
  void messageStream() {
    // go.etcd.io/etcd/server/v3 v3.7.1, rafthttp's messageEncoder.
    assertBothWays(
        message(MessageType.MsgHeartbeat)
            .setCommit(4)
            .setContext(ByteString.copyFromUtf8("ctx"))
            .build(),
        "000000000000000f080810021801200340046203637478");
    assertBothWays(
        message(MessageType.MsgAppResp)
            .setLogTerm(2)
            .setIndex(300)
            .setReject(true)
            .setRejectHint(200)
            .build(),
        "00000000000000120804100218012003280230ac02500158c801");
    assertBothWays(
        message(MessageType.MsgSnap)
            .setSnapshot(
                Snapshot.newBuilder()
                    .setData(ByteString.copyFromUtf8("db"))
                    .setMetadata(
                        SnapshotMetadata.newBuilder()
                            .setConfState(
                                ConfState.newBuilder()
                                    .addVoters(1)
                                    .addVoters(FROM.value())
                                    .addLearners(2)
                                    .setAutoLeave(false))
                            .setIndex(7)
                            .setTerm(3)))
            .build(),
        "000000000000002708071002180120034a1d0a02646212170a11080108cdd2918bd2b881cf8e0110022800",
        "10071803");
    assertThat(Encoding.linkHeartbeat(new MessageStreamEncoder()))
        .isEqualTo(Hex.bytes("00000000000000020808"));
  }

  @Test
  void olderMembersSpellOutZeros() {
    // go.etcd.io/etcd/raft/v3 v3.5.21, raftpb's Message.Marshal.
    Message heartbeat = parse("08081002180120032800300040044a0a12080a0228001000180050005800");
    Message app =
        parse(
            "0803100218012003280330043a090800100318052201783a0608001003180640044a0a12080a0228",
            "001000180050005800");

    assertThat(heartbeat)
        .isEqualTo(
            message(MessageType.MsgHeartbeat)
                .setLogTerm(0)
                .setIndex(0)
                .setCommit(4)
                .setReject(false)
                .setRejectHint(0)
                .build());
    assertThat(app)
        .isEqualTo(
            message(MessageType.MsgApp)
                .setLogTerm(3)
                .setIndex(4)
                .addEntries(entry(3, 5, "x"))
                .addEntries(
                    Entry.newBuilder().setType(EntryType.EntryNormal).setTerm(3).setIndex(6))
                .setCommit(4)
                .setReject(false)
                .setRejectHint(0)
                .build());
  }

  private static Message parse(String... hex) {
    return MessageParser.parse(Hex.bytes(hex));
  }

  private static void assertBothWays(Message message, String... hex) {
    assertThat(Encoding.frame(new MessageStreamEncoder(), message)).isEqualTo(Hex.bytes(hex));
    assertThat(Feeder.feed(new MessageStreamDecoder(1000), Hex.bytes(hex)).messages())
        .containsExactly(message);
  }

  private static Message.Builder message(MessageType type) {
    return Message.newBuilder().setType(type).setFrom(1).setTo(2).setTerm(3);
  }

  private static Message app(long term, long logTerm, long index, long commit, Entry... entries) {
    return Message.newBuilder()
        .setType(MessageType.MsgApp)
        .setFrom(FROM.value())
        .setTo(TO.value())
        .setTerm(term)
        .setLogTerm(logTerm)
        .setIndex(index)
        .setCommit(commit)
        .addAllEntries(List.of(entries))
        .build();
  }

  private static Entry entry(long term, long index, String data) {
    return Entry.newBuilder()
        .setType(EntryType.EntryNormal)
        .setTerm(term)
        .setIndex(index)
        .setData(ByteString.copyFromUtf8(data))
        .build();
  }
}
