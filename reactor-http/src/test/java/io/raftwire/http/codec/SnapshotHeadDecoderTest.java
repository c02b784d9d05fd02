// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import org.junit.jupiter.api.Test;

class SnapshotHeadDecoderTest {

  private static final byte[] HEAD =
      Hex.bytes(
          "000000000000001d", // length 29
          "08 07", // type MsgSnap
          "10 01", // to
          "18 02", // from
          "20 03", // term
          "4a 13", // snapshot, 19 bytes
          "0a 01 64", // ... data "d"
          "12 0e", // ... metadata, 14 bytes
          "0a 08", // ... ... conf_state, 8 bytes
          "08 01 08 02", // ... ... ... voters 1 and 2
          "10 03", // ... ... ... learner 3
          "28 00", // ... ... ... auto_leave
          "10 07", // ... ... index
          "18 03"); // ... ... term

  private static final Message SNAPSHOT =
      Message.newBuilder()
          .setType(MessageType.MsgSnap)
          .setTo(1)
          .setFrom(2)
          .setTerm(3)
          .setSnapshot(
              Snapshot.newBuilder()
                  .setData(ByteString.copyFromUtf8("d"))
                  .setMetadata(
                      SnapshotMetadata.newBuilder()
                          .setConfState(
                              ConfState.newBuilder()
                                  .addVoters(1)
                                  .addVoters(2)
                                  .addLearners(3)
                                  .setAutoLeave(false))
                          .setIndex(7)
                          .setTerm(3)))
          .build();

  private final SnapshotHeadDecoder decoder = new SnapshotHeadDecoder(29);

  @Test
  void leavesTheDatabase() {
    ByteBuf in = Unpooled.copiedBuffer(HEAD, Hex.bytes("cafe"));

    assertThat(decoder.decode(in)).isEqualTo(SNAPSHOT);

    assertThat(in.readUnsignedShort()).isEqualTo(0xcafe);
    assertThat(in.refCnt()).isEqualTo(1);
    in.release();
  }

  @Test
  void isCutAnywhere() {
    for (int at = 0; at < HEAD.length; at++) {
      SnapshotHeadDecoder fresh = new SnapshotHeadDecoder(29);
      ByteBuf first = Unpooled.copiedBuffer(HEAD, 0, at);
      ByteBuf second = Unpooled.copiedBuffer(HEAD, at, HEAD.length - at);

      assertThat(fresh.decode(first)).isNull();
      assertThat(first.isReadable()).isFalse();
      assertThat(fresh.decode(second)).isEqualTo(SNAPSHOT);
      assertThat(second.isReadable()).isFalse();
    }
  }

  @Test
  void isTheEncodersFrame() {
    assertThat(Encoding.frame(new MessageStreamEncoder(), SNAPSHOT)).isEqualTo(HEAD);
  }

  @Test
  void isLimited() {
    SnapshotHeadDecoder small = new SnapshotHeadDecoder(28);

    assertThatThrownBy(() -> small.decode(Unpooled.copiedBuffer(HEAD)))
        .isInstanceOf(CorruptStreamException.class)
        .hasMessage("snapshot head length 29 (expected: at most 28)");
    assertThatThrownBy(() -> small.decode(Unpooled.EMPTY_BUFFER))
        .isInstanceOf(CorruptStreamException.class);
  }

  @Test
  void isDecodedOnce() {
    decoder.decode(Unpooled.copiedBuffer(HEAD));

    assertThatThrownBy(() -> decoder.decode(Unpooled.EMPTY_BUFFER))
        .isInstanceOf(IllegalStateException.class);
  }
}
