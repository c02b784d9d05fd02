// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.util.Arrays;

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

  // An entry takes two bytes at least on the wire, and some hundred once it is parsed.
  private static final int MAX_ENTRIES = 1 << 20;
  private static final int LARGE_BYTES = 2 * MAX_ENTRIES;
  private static final int RESPONSES = 0x72;

  private MessageParser() {}

  /**
   * Parses a message, which has a type; an empty snapshot where none belongs is taken for none.
   *
   * @param bytes the message; the caller gives the array away
   * @throws CorruptStreamException if it does not parse or has no known type
   */
  static Message parse(byte[] bytes) {
    if (bytes.length >= LARGE_BYTES) {
      boundEntries(bytes);
    }
    FieldCursor cursor = new FieldCursor(bytes, 0, bytes.length);
    Message.Builder builder = Message.newBuilder();
    while (cursor.more()) {
      readField(bytes, cursor, builder);
    }
    boolean whole = cursor.plain() && builder.hasType();
    return whole ? builder.build() : parseGenerally(bytes);
  }

  private static void readField(byte[] bytes, FieldCursor cursor, Message.Builder builder) {
    switch (cursor.tag()) {
      case TYPE -> readType(cursor, builder);
      case TO -> builder.setTo(cursor.varint());
      case FROM -> builder.setFrom(cursor.varint());
      case TERM -> builder.setTerm(cursor.varint());
      case LOG_TERM -> builder.setLogTerm(cursor.varint());
      case INDEX -> builder.setIndex(cursor.varint());
      case ENTRIES -> readEntry(bytes, cursor, builder);
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

  private static void readEntry(byte[] bytes, FieldCursor cursor, Message.Builder builder) {
    int length = cursor.length();
    if (cursor.plain()) {
      builder.addEntries(EntryParser.parse(bytes, cursor.position(), length));
      cursor.skip(length);
    }
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

  /** Counts what would become objects, before it does; only a large message can have so many. */
  private static void boundEntries(byte[] bytes) {
    int entries = 0;
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      int tag;
      while ((tag = in.readTag()) != 0) {
        // Responses are for a node's own storage, and could hold entries without number themselves.
        if ((tag == ENTRIES && ++entries > MAX_ENTRIES) || tag == RESPONSES) {
          throw CorruptStreamException.tooManyEntries(entries, MAX_ENTRIES);
        }
        in.skipField(tag);
      }
    } catch (InvalidProtocolBufferException e) {
      throw CorruptStreamException.unparsable("message", bytes.length, e);
    } catch (IOException e) {
      throw new AssertionError("an array does not fail to be read", e);
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
