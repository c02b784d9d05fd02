// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.raftwire.http.codec.CorruptStreamException.Reason;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MessageStreamCodecTest {

  private static final Message HEARTBEAT =
      Message.newBuilder()
          .setType(MessageType.MsgHeartbeat)
          .setTo(-1)
          .setFrom(Long.MIN_VALUE)
          .setTerm(3)
          .setCommit(300)
          .setContext(ByteString.copyFromUtf8("ctx"))
          .build();

  private static final byte[] HEARTBEAT_FRAME =
      Hex.bytes(
          "0000000000000022", // length 34
          "08 08", // type MsgHeartbeat
          "10 ffffffffffffffffff01", // to 2^64 - 1
          "18 80808080808080808001", // from 2^63
          "20 03", // term
          "40 ac02", // commit 300
          "62 03 637478"); // context "ctx"

  private final MessageStreamDecoder decoder = new MessageStreamDecoder(100);
  private final MessageStreamEncoder encoder = new MessageStreamEncoder();

  @Test
  void encodes() {
    assertThat(Encoding.frame(encoder, HEARTBEAT)).isEqualTo(HEARTBEAT_FRAME);
    assertThat(Encoding.largeFrame(encoder, HEARTBEAT, 7)).isEqualTo(HEARTBEAT_FRAME);
  }

  @Test
  void decodes() {
    Received received = Feeder.feed(decoder, HEARTBEAT_FRAME);

    assertThat(received.messages()).containsExactly(HEARTBEAT);
    assertThat(received.messageBytes()).containsExactly(34L);
    assertThat(received.wireBytes()).containsExactly(42L);
  }

  @Test
  void encodesLinkHeartbeats() {
    assertThat(Encoding.linkHeartbeat(encoder))
        .isEqualTo(
            Hex.bytes(
                "0000000000000002", // length 2
                "08 08")); // type MsgHeartbeat
  }

  @Test
  void takesLinkHeartbeatsInBothForms() {
    assertThat(Feeder.feed(decoder, Hex.bytes("0000000000000002 0808")).linkHeartbeats())
        .isEqualTo(1);

    Received older =
        Feeder.feed(
            decoder,
            Hex.bytes(
                "000000000000001e", // length 30
                "08 08", // type MsgHeartbeat
                "10 00", // to 0
                "18 00", // from 0
                "20 00 28 00 30 00 40 00", // term, logTerm, index, commit
                "4a 0a", // snapshot, 10 bytes
                "12 08 0a 02 28 00 10 00 18 00", // ... metadata{conf_state{auto_leave}, index,
                // term}
                "50 00 58 00")); // reject, rejectHint

    assertThat(older.linkHeartbeats()).isEqualTo(1);
    assertThat(older.messages()).isEmpty();
  }

  @Test
  void aHeartbeatFromSomebodyIsAMessage() {
    Received received =
        Feeder.feed(
            decoder,
            Hex.bytes("0000000000000004 0808 1801", "0000000000000004 0808 1001")); // from 1, to 1

    assertThat(received.linkHeartbeats()).isZero();
    assertThat(received.messages()).hasSize(2);
  }

  @Test
  void knowsWhereFramesEnd() {
    for (int at = 0; at <= HEARTBEAT_FRAME.length; at++) {
      MessageStreamDecoder fresh = new MessageStreamDecoder(100);
      Feeder.feed(fresh, Arrays.copyOf(HEARTBEAT_FRAME, at));
      assertThat(fresh.atFrameBoundary())
          .as("after %d bytes", at)
          .isEqualTo(at == 0 || at == HEARTBEAT_FRAME.length);
    }
  }

  @Test
  void lengthsAreUnsignedAndLimited() {
    assertFails(
        "ffffffffffffffff",
        Reason.TOO_LARGE,
        "frame length 18446744073709551615 (expected: at most 100)");
    assertFails("0000000000000065", Reason.TOO_LARGE, "frame length 101 (expected: at most 100)");
  }

  @Test
  void aMessageHasAKnownType() {
    String untyped = ": message type missing or unknown (expected: 0 to 23)";

    assertFails("0000000000000000", Reason.MALFORMED, "message of 0 bytes" + untyped);
    assertFails("0000000000000002 1001", Reason.MALFORMED, "message of 2 bytes" + untyped);
    assertFails("0000000000000002 0818", Reason.MALFORMED, "message of 2 bytes" + untyped);
    assertFails("0000000000000004 0803 0818", Reason.MALFORMED, "message of 4 bytes" + untyped);
  }

  @Test
  void whatDoesNotParse() {
    assertFails( // a varint without an end
        "0000000000000003 0808 ff",
        Reason.MALFORMED,
        "message of 3 bytes does not parse: While parsing a protocol message, the input ended"
            + " unexpectedly in the middle of a field.  This could mean either that the input has"
            + " been truncated or that an embedded message misreported its own length.");
    assertThat(failure("0000000000000004 0808 6202").reason()).isEqualTo(Reason.MALFORMED);
    assertThat(failure("0000000000000003 0808 1c").reason()) // the end of a group never begun
        .isEqualTo(Reason.MALFORMED);
  }

  @Test
  void lengthsInsideAMessageAreUnsigned() {
    // 2^64 - 1 bytes of context, of an entry, of an entry's data.
    assertThat(failure("000000000000000d 0808 62 ffffffffffffffffff01").reason())
        .isEqualTo(Reason.MALFORMED);
    assertThat(failure("000000000000000d 0803 3a ffffffffffffffffff01").reason())
        .isEqualTo(Reason.MALFORMED);
    assertThat(failure("000000000000000f 0803 3a0b 22 ffffffffffffffffff01").reason())
        .isEqualTo(Reason.MALFORMED);
  }

  @Test
  void oneFailureIsForEver() {
    CorruptStreamException first =
        catchThrowableOfType(
            CorruptStreamException.class,
            () -> Feeder.feed(decoder, Hex.bytes("ffffffffffffffff")));

    assertThatThrownBy(() -> Feeder.feed(decoder, HEARTBEAT_FRAME)).isSameAs(first);
  }

  private static void assertFails(String hex, Reason reason, String message) {
    assertThat(failure(hex)).hasMessage(message);
    assertThat(failure(hex).reason()).isEqualTo(reason);
  }

  private static CorruptStreamException failure(String hex) {
    MessageStreamDecoder fresh = new MessageStreamDecoder(100);
    return catchThrowableOfType(
        CorruptStreamException.class, () -> Feeder.feed(fresh, Hex.bytes(hex)));
  }
}
