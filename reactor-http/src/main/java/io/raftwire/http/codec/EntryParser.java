// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import java.io.IOException;

/**
 * Parses entries; their data refers to the array they were read from.
 *
 * <pre>
 * tag   field
 * 0x08  Type   enum
 * 0x10  Term   uint64
 * 0x18  Index  uint64
 * 0x22  Data   bytes
 * </pre>
 */
final class EntryParser {

  private static final int TYPE = 0x08;
  private static final int TERM = 0x10;
  private static final int INDEX = 0x18;
  private static final int DATA = 0x22;

  private EntryParser() {}

  /**
   * @throws CorruptStreamException if it does not parse
   */
  static Entry parse(byte[] array, int offset, int length) {
    FieldCursor cursor = new FieldCursor(array, offset, offset + length);
    Entry.Builder builder = Entry.newBuilder();
    while (cursor.more()) {
      readField(cursor, builder);
    }
    return cursor.plain() ? builder.build() : parseGenerally(array, offset, length);
  }

  private static void readField(FieldCursor cursor, Entry.Builder builder) {
    switch (cursor.tag()) {
      case TYPE -> readType(cursor, builder);
      case TERM -> builder.setTerm(cursor.varint());
      case INDEX -> builder.setIndex(cursor.varint());
      case DATA -> builder.setData(cursor.bytes());
      default -> cursor.giveUp();
    }
  }

  private static void readType(FieldCursor cursor, Entry.Builder builder) {
    EntryType type = EntryType.forNumber((int) cursor.varint());
    if (type == null) {
      cursor.giveUp();
    } else {
      builder.setType(type);
    }
  }

  private static Entry parseGenerally(byte[] array, int offset, int length) {
    try {
      CodedInputStream in = UnsafeByteOperations.unsafeWrap(array, offset, length).newCodedInput();
      in.enableAliasing(true);
      Entry entry = Entry.parseFrom(in);
      in.checkLastTagWas(0); // a stray end-group tag would otherwise end the entry unnoticed
      return entry;
    } catch (InvalidProtocolBufferException e) {
      throw CorruptStreamException.unparsable("entry", length, e);
    } catch (IOException e) {
      throw new AssertionError("an array does not fail to be read", e);
    }
  }
}
