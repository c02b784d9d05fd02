// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.MemberId;
import io.raftwire.http.codec.CorruptStreamException.Reason;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MsgAppV2DecoderTest {

  private static final MemberId LOCAL = MemberId.parse("ffffffffffffffff");
  private static final MemberId REMOTE = MemberId.parse("8000000000000001");

  private static final byte[] LINK_HEARTBEAT = Hex.bytes("00");

  private static final byte[] APP_AT_8 =
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
          "40 07"); // commit

  private static final byte[] COMPACT_WITH_TWO =
      Hex.bytes(
          "01", // frame type: compact
          "0000000000000002", // two entries
          "000000000000000b", // the first has 11 bytes
          "08 00", // ... Type Normal
          "10 05", // ... Term
          "18 0a", // ... Index 10
          "22 03 616263", // ... Data "abc"
          "0000000000000006", // the second has 6 bytes
          "08 02", // ... Type ConfChangeV2
          "10 05", // ... Term
          "18 0b", // ... Index 11
          "0000000000000009"); // commit

  private static final byte[] COMPACT_WITH_NONE =
      Hex.bytes(
          "01", // frame type: compact
          "0000000000000000", // no entries
          "ffffffffffffffff"); // commit 2^64 - 1

  private final MsgAppV2Decoder decoder = new MsgAppV2Decoder(LOCAL, REMOTE, 100, 3);

  @Test
  void linkHeartbeat() {
    Received received = Feeder.feed(decoder, LINK_HEARTBEAT);

    assertThat(received.linkHeartbeats()).isEqualTo(1);
    assertThat(received.messages()).isEmpty();
  }

  @Test
  void anyMessage() {
    Received received = Feeder.feed(decoder, APP_AT_8);

    assertThat(received.messages())
        .containsExactly(
            Message.newBuilder()
                .setType(MessageType.MsgApp)
                .setTo(-1)
                .setFrom(Long.MIN_VALUE + 1)
                .setTerm(5)
                .setLogTerm(4)
                .setIndex(8)
                .addEntries(Entry.newBuilder().setTerm(5).setIndex(9))
                .setCommit(7)
                .build());
    assertThat(received.messageBytes()).containsExactly(38L);
    assertThat(received.wireBytes()).containsExactly((long) APP_AT_8.length);
  }

  @Test
  void compactFramesContinueTheLastMessage() {
    Feeder.feed(decoder, APP_AT_8);

    Received received = Feeder.feed(decoder, COMPACT_WITH_TWO);

    assertThat(received.messages())
        .containsExactly(
            rebuilt(5, 9, 9)
                .addEntries(
                    Entry.newBuilder()
                        .setType(EntryType.EntryNormal)
                        .setTerm(5)
                        .setIndex(10)
                        .setData(ByteString.copyFromUtf8("abc")))
                .addEntries(
                    Entry.newBuilder().setType(EntryType.EntryConfChangeV2).setTerm(5).setIndex(11))
                .build());
    assertThat(received.wireBytes()).containsExactly((long) COMPACT_WITH_TWO.length);
    assertThat(received.messageBytes())
        .containsExactly((long) received.messages().get(0).getSerializedSize());
    assertThat(Feeder.feed(decoder, COMPACT_WITH_NONE).messages())
        .containsExactly(rebuilt(5, 11, -1).build());
  }

  @Test
  void compactFramesStartAtZero() {
    assertThat(Feeder.feed(decoder, COMPACT_WITH_NONE).messages())
        .containsExactly(rebuilt(0, 0, -1).build());
  }

  @Test
  void aMessageWithoutEntriesSetsItsOwnIndex() {
    Feeder.feed(
        decoder,
        Hex.bytes(
            "02", // frame type: any message
            "000000000000001a", // length 26
            "08 03", // type MsgApp
            "20 81808080808080808001", // term 2^63 + 1
            "28 02", // logTerm
            "30 c0808080808080808001")); // index 2^63 + 64

    assertThat(Feeder.feed(decoder, COMPACT_WITH_NONE).messages())
        .containsExactly(rebuilt(Long.MIN_VALUE + 1, Long.MIN_VALUE + 64, -1).build());
  }

  @Test
  void knowsWhereFramesEnd() {
    byte[] all =
        Hex.bytes("00", "01 0000000000000000 0000000000000007", "02 0000000000000002 0803");

    for (int at = 0; at <= all.length; at++) {
      MsgAppV2Decoder fresh = new MsgAppV2Decoder(LOCAL, REMOTE, 100, 3);
      Feeder.feed(fresh, Arrays.copyOf(all, at));
      assertThat(fresh.atFrameBoundary())
          .as("after %d bytes", at)
          .isEqualTo(at == 0 || at == 1 || at == 18 || at == 29);
    }
  }

  @Test
  void anUnknownFrameType() {
    assertFails("ff", Reason.UNKNOWN_TYPE, "frame type 255 (expected: 0, 1 or 2)");
  }

  @Test
  void lengthsAreUnsigned() {
    assertFails(
        "02 ffffffffffffffff",
        Reason.TOO_LARGE,
        "frame length 18446744073709551615 (expected: at most 100)");
    assertFails(
        "01 0000000000000001 8000000000000000",
        Reason.TOO_LARGE,
        "entry length 9223372036854775808 (expected: at most 100)");
    assertFails(
        "01 ffffffffffffffff",
        Reason.TOO_MANY_ENTRIES,
        "entry count 18446744073709551615 (expected: at most 3)");
  }

  @Test
  void limitsAreExact() {
    assertFails(
        "02 0000000000000065", Reason.TOO_LARGE, "frame length 101 (expected: at most 100)");
    assertFails(
        "01 0000000000000004", Reason.TOO_MANY_ENTRIES, "entry count 4 (expected: at most 3)");
    Feeder.feed(new MsgAppV2Decoder(LOCAL, REMOTE, 100, 3), Hex.bytes("02 0000000000000064"));
    Feeder.feed(new MsgAppV2Decoder(LOCAL, REMOTE, 100, 3), Hex.bytes("01 0000000000000003"));
  }

  @Test
  void theEntriesOfACompactFrameAreLimitedTogether() {
    String entryOfSixty = "000000000000003c 18%02x 22 38" + "00".repeat(56);

    assertFails(
        "01 0000000000000002" + entryOfSixty.formatted(1) + entryOfSixty.formatted(2),
        Reason.TOO_LARGE,
        "entries' length in a compact frame 120 (expected: at most 100)");
  }

  @Test
  void entriesFollowOneAnother() {
    assertFails(
        "01 0000000000000002 0000000000000002 1801 0000000000000002 1803",
        Reason.NOT_CONSECUTIVE,
        "index 3 of entry 1 in a compact frame (expected: 2)");
    assertFails(
        "01 0000000000000001 000000000000000b 18ffffffffffffffffff01",
        Reason.NOT_CONSECUTIVE,
        "index 18446744073709551615 of entry 0 in a compact frame (expected: 1)");
    assertFails(
        "01 0000000000000001 0000000000000000",
        Reason.NOT_CONSECUTIVE,
        "index 0 of entry 0 in a compact frame (expected: 1)");
  }

  @Test
  void whatDoesNotParse() {
    assertThat(failure("01 0000000000000001 0000000000000003 1801 ff").reason())
        .isEqualTo(Reason.MALFORMED);
    assertThat(failure("02 0000000000000001 08"))
        .hasMessageStartingWith("message of 1 bytes does not parse: ");
  }

  @Test
  void oneFailureIsForEver() {
    CorruptStreamException first =
        catchThrowableOfType(
            CorruptStreamException.class, () -> Feeder.feed(decoder, Hex.bytes("03")));

    assertThatThrownBy(() -> Feeder.feed(decoder, LINK_HEARTBEAT)).isSameAs(first);
  }

  @Test
  void messagesBeforeTheFailureArrive() {
    Received received = new Received();
    ByteBuf in = Unpooled.copiedBuffer(Hex.bytes("00 02 0000000000000002 0803 07 00"));

    assertThatThrownBy(() -> decoder.decode(in, received))
        .isInstanceOf(CorruptStreamException.class);

    assertThat(received.linkHeartbeats()).isEqualTo(1);
    assertThat(received.messages()).hasSize(1);
    assertThat(in.refCnt()).isEqualTo(1);
    in.release();
  }

  @Test
  void aHeartbeatFromNobodyIsNoMessageEvenInAFrameForMessages() {
    Feeder.feed(decoder, APP_AT_8);

    Received received =
        Feeder.feed(
            decoder,
            Hex.bytes(
                "02", // frame type: any message
                "0000000000000002", // length 2
                "08 08")); // type MsgHeartbeat

    assertThat(received.messages()).isEmpty();
    assertThat(received.linkHeartbeats()).isEqualTo(1);
    // It still counts for what follows, as it does in Go's decoder.
    assertThat(Feeder.feed(decoder, COMPACT_WITH_NONE).messages())
        .containsExactly(rebuilt(0, 0, -1).build());
  }

  private static void assertFails(String hex, Reason reason, String message) {
    assertThat(failure(hex)).hasMessage(message);
    assertThat(failure(hex).reason()).isEqualTo(reason);
  }

  private static CorruptStreamException failure(String hex) {
    MsgAppV2Decoder fresh = new MsgAppV2Decoder(LOCAL, REMOTE, 100, 3);
    return catchThrowableOfType(
        CorruptStreamException.class, () -> Feeder.feed(fresh, Hex.bytes(hex)));
  }

  private static Message.Builder rebuilt(long term, long index, long commit) {
    return Message.newBuilder()
        .setType(MessageType.MsgApp)
        .setTo(LOCAL.value())
        .setFrom(REMOTE.value())
        .setTerm(term)
        .setLogTerm(term)
        .setIndex(index)
        .setCommit(commit);
  }
}
