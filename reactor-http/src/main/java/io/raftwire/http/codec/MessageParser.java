// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Parses messages; the bytes in them refer to the array they were read from.
 *
 * <pre>
 * tag   field                     tag   field
 * 0x08  type     enum             0x40  commit      uint64
 * 0x10  to       uint64           0x4a  snapshot    only the empty one of older members
 * 0x18  from     uint64           0x50  reject      bool
 * 0x20  term     uint64           0x58  rejectHint  uint64
 * 0x28  logTerm  uint64           0x62  context     bytes
 * 0x30  index    uint64
 * 0x3a  entries  Entry
 * </pre>
 *
 * <p>Everything else is left to the generated parser, which also keeps unknown fields.
 */
final class MessageParser {

  private static final int TYPE = 0x08;
  private static final int TO = 0x10;
  private static final int FROM = 0x18;
  private static final int TERM = 0x20;
  private static final int LOG_TERM = 0x28;
  private static final int INDEX = 0x30;
  private static final int ENTRIES = 0x3a;
  private static final int COMMIT = 0x40;
  private static final int SNAPSHOT = 0x4a;
  private static final int REJECT = 0x50;
  private static final int REJECT_HINT = 0x58;
  private static final int CONTEXT = 0x62;

  // What members before raft 3.6 put into every message that has no snapshot.
  private static final byte[] EMPTY_SNAPSHOT = {
    0x12,
    0x08, // metadata, 8 bytes
    0x0a,
    0x02,
    0x28,
    0x00, // conf_state, 2 bytes: auto_leave = false
    0x10,
    0x00, // index = 0
    0x18,
    0x00 // term = 0
  };

  // In a smaller message there are not too many entries, whatever they are.
  private static final int LARGE_BYTES = 2 * LooseFields.MAX_ENTRIES;

  private MessageParser() {}

  /**
   * Parses a message, which has a type; an empty snapshot where none belongs is taken for none.
   *
   * @param bytes the message; the caller gives the array away
   * @throws CorruptStreamException if it does not parse or has no known type
   */
  static Message parse(byte[] bytes) {
    if (bytes.length >= LARGE_BYTES) {
      look(bytes);
    }
    FieldCursor cursor = new FieldCursor(bytes, 0, bytes.length);
    Message.Builder builder = Message.newBuilder();
    LooseFields loose = null; // of a message that needs it
    while (cursor.more()) {
      int tag = cursor.tag();
      if (tag == ENTRIES) {
        loose = readEntry(bytes, cursor, builder, loose);
      } else {
        readField(tag, bytes, cursor, builder);
      }
    }
    boolean whole = cursor.plain() && builder.hasType();
    if (whole) {
      return builder.build();
    }
    look(bytes);
    return parseGenerally(bytes);
  }

  private static void look(byte[] bytes) {
    new LooseFields().look(bytes, 0, bytes.length, Message.getDescriptor(), "message");
  }

  private static void readField(
      int tag, byte[] bytes, FieldCursor cursor, Message.Builder builder) {
    switch (tag) {
      case TYPE -> readType(cursor, builder);
      case TO -> builder.setTo(cursor.varint());
      case FROM -> builder.setFrom(cursor.varint());
      case TERM -> builder.setTerm(cursor.varint());
      case LOG_TERM -> builder.setLogTerm(cursor.varint());
      case INDEX -> builder.setIndex(cursor.varint());
      case COMMIT -> builder.setCommit(cursor.varint());
      case SNAPSHOT -> skipEmptySnapshot(bytes, cursor, builder);
      case REJECT -> builder.setReject(cursor.bool());
      case REJECT_HINT -> builder.setRejectHint(cursor.varint());
      case CONTEXT -> builder.setContext(cursor.bytes());
      default -> cursor.giveUp();
    }
  }

  private static void readType(FieldCursor cursor, Message.Builder builder) {
    MessageType type = MessageType.forNumber((int) cursor.varint());
    if (type == null) {
      cursor.giveUp();
    } else {
      builder.setType(type);
    }
  }

  private static @Nullable LooseFields readEntry(
      byte[] bytes, FieldCursor cursor, Message.Builder builder, @Nullable LooseFields loose) {
    LooseFields found = loose;
    int length = cursor.length();
    if (cursor.plain()) {
      Entry entry = EntryParser.parseUsual(bytes, cursor.position(), length);
      if (entry == null) {
        found = loose == null ? new LooseFields() : loose;
        entry = EntryParser.parseUnusual(bytes, cursor.position(), length, found);
      }
      builder.addEntries(entry);
      cursor.skip(length);
    }
    return found;
  }

  private static void skipEmptySnapshot(byte[] bytes, FieldCursor cursor, Message.Builder builder) {
    int length = cursor.length();
    int from = cursor.position();
    boolean empty =
        Arrays.equals(bytes, from, from + length, EMPTY_SNAPSHOT, 0, EMPTY_SNAPSHOT.length);
    if (empty && builder.hasType() && builder.getType() != MessageType.MsgSnap) {
      cursor.skip(length);
    } else {
      cursor.giveUp();
    }
  }

  private static Message parseGenerally(byte[] bytes) {
    Message message;
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      in.enableAliasing(true);
      message = Message.parseFrom(in);
      in.checkLastTagWas(0); // a stray end-group tag would otherwise end the message unnoticed
    } catch (InvalidProtocolBufferException e) {
      throw CorruptStreamException.unparsable("message", bytes.length, e);
    } catch (IOException e) {
      throw new AssertionError("an array does not fail to be read", e);
    }
    // An unknown type is among the unknown fields now, and the getter would say something else.
    if (!message.hasType() || message.getUnknownFields().hasField(Message.TYPE_FIELD_NUMBER)) {
      throw CorruptStreamException.untyped(bytes.length);
    }
    return Messages.withoutEmptySnapshot(message);
  }
}
