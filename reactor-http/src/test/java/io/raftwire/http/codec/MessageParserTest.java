// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageParserTest {

  @Test
  void theEmptySnapshotOfOlderMembersIsNone() {
    byte[] bytes =
        Hex.bytes(
            "08 04", // type MsgAppResp
            "10 01", // to
            "18 02", // from
            "20 00 28 00 30 00 40 00", // term, logTerm, index, commit
            "4a 0a", // snapshot, 10 bytes
            "12 08", // ... metadata, 8 bytes
            "0a 02 28 00", // ... ... conf_state, 2 bytes: auto_leave
            "10 00 18 00", // ... ... index, term
            "50 00 58 00"); // reject, rejectHint

    Message message = MessageParser.parse(bytes);

    assertThat(message.hasSnapshot()).isFalse();
    assertThat(RaftMessages.byValue(message))
        .isEqualTo(RaftMessages.byValue(MessageParser.parse(Hex.bytes("0804 1001 1802"))));
  }

  @Test
  void anEmptySnapshotInAnyFormIsNone() {
    assertThat(MessageParser.parse(Hex.bytes("0804 4a00")).hasSnapshot()).isFalse();
    assertThat(MessageParser.parse(Hex.bytes("0804 4a02 0a00")).hasSnapshot()).isFalse();
    assertThat(MessageParser.parse(Hex.bytes("0804 4a08 1206 0a00 1000 1800")).hasSnapshot())
        .isFalse();
    // The type comes last.
    assertThat(MessageParser.parse(Hex.bytes("4a0a 1208 0a02 2800 1000 1800 0804")).hasSnapshot())
        .isFalse();
  }

  @Test
  void aSnapshotWithAnythingInItStays() {
    assertThat(MessageParser.parse(Hex.bytes("0804 4a03 0a01ff")).hasSnapshot()).isTrue(); // data
    assertThat(MessageParser.parse(Hex.bytes("0804 4a04 1202 1001")).hasSnapshot())
        .isTrue(); // index
    assertThat(MessageParser.parse(Hex.bytes("0804 4a04 1202 1801")).hasSnapshot())
        .isTrue(); // term
    // A voter with id 0, auto_leave, a field 15 on each level.
    assertThat(MessageParser.parse(Hex.bytes("0804 4a06 1204 0a02 0800")).hasSnapshot()).isTrue();
    assertThat(MessageParser.parse(Hex.bytes("0804 4a06 1204 0a02 2801")).hasSnapshot()).isTrue();
    assertThat(MessageParser.parse(Hex.bytes("0804 4a02 7801")).hasSnapshot()).isTrue();
    assertThat(MessageParser.parse(Hex.bytes("0804 4a04 1202 7801")).hasSnapshot()).isTrue();
    assertThat(MessageParser.parse(Hex.bytes("0804 4a06 1204 0a02 7801")).hasSnapshot()).isTrue();
  }

  @Test
  void theEmptySnapshotOfAMsgSnapStays() {
    assertThat(MessageParser.parse(Hex.bytes("0807 4a0a 1208 0a02 2800 1000 1800")).hasSnapshot())
        .isTrue();
    assertThat(MessageParser.parse(Hex.bytes("0807 4a00")).hasSnapshot()).isTrue();
  }

  @Test
  void unknownFieldsSurvive() {
    byte[] bytes =
        Hex.bytes(
            "08 02", // type MsgProp
            "3a 07", // an entry of 7 bytes
            "18 01", // ... Index
            "2a 03 616263", // ... a field 5 that we do not know
            "a0 06 01"); // a field 100 that we do not know

    assertThat(MessageParser.parse(bytes).toByteArray()).isEqualTo(bytes);
  }

  @Test
  void anUnknownEntryTypeSurvives() {
    byte[] bytes = Hex.bytes("08 02", "3a 04", "18 01", "08 09");

    assertThat(MessageParser.parse(bytes).toByteArray())
        .isEqualTo(Hex.bytes("08 02", "3a 04", "18 01", "08 09"));
  }

  @Test
  void theLastOfARepeatedFieldWins() {
    assertThat(MessageParser.parse(Hex.bytes("0802 0803 2001 2002")))
        .isEqualTo(MessageParser.parse(Hex.bytes("0803 2002")));
    assertThat(MessageParser.parse(Hex.bytes("0803 3a04 1801 1802")))
        .isEqualTo(MessageParser.parse(Hex.bytes("0803 3a02 1802")));
  }

  @Test
  void nothingIsLeftFromOneMessageToTheNext() {
    MessageParser.parse(Hex.bytes("0803 1001 3a02 1801 5001 6201ff"));
    assertThat(MessageParser.parse(Hex.bytes("0804")))
        .isEqualTo(MessageParser.parse(Hex.bytes("0804")));
    assertThat(MessageParser.parse(Hex.bytes("0804")).toByteArray()).isEqualTo(Hex.bytes("0804"));

    assertThatThrownBy(() -> MessageParser.parse(Hex.bytes("0803 1001 3a02 1801 08")))
        .isInstanceOf(CorruptStreamException.class);
    assertThat(MessageParser.parse(Hex.bytes("0804")).toByteArray()).isEqualTo(Hex.bytes("0804"));
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void agreesWithTheGeneratedParser(@ForAll("messages") Message message) {
    assertThat(MessageParser.parse(message.toByteArray())).isEqualTo(message);
  }

  @Property(tries = 2000)
  void agreesWithTheGeneratedParserOnGarbage(@ForAll @Size(max = 30) byte[] bytes) {
    Message expected;
    try {
      expected = Messages.withoutEmptySnapshot(Message.parseFrom(bytes));
    } catch (InvalidProtocolBufferException e) {
      assertThatThrownBy(() -> MessageParser.parse(bytes))
          .isInstanceOf(CorruptStreamException.class);
      return;
    }
    if (expected.hasType() && !expected.getUnknownFields().hasField(Message.TYPE_FIELD_NUMBER)) {
      assertThat(MessageParser.parse(bytes)).isEqualTo(expected);
    }
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void agreesWithTheGeneratedParserOnDamagedEntries(
      @ForAll("entries") Entry entry, @ForAll byte value, @ForAll int position) {
    byte[] bytes = entry.toByteArray();
    if (bytes.length > 0) {
      bytes[Math.floorMod(position, bytes.length)] = value;
    }

    Entry expected;
    try {
      expected = Entry.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      assertThatThrownBy(() -> EntryParser.parse(bytes, new LooseFields()))
          .isInstanceOf(CorruptStreamException.class);
      return;
    }
    assertThat(EntryParser.parse(bytes, new LooseFields())).isEqualTo(expected);
  }

  @Provide
  Arbitrary<Message> messages() {
    return RaftMessages.messages();
  }

  @Provide
  Arbitrary<Entry> entries() {
    return RaftMessages.entries();
  }
}
