// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

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

  /** Parses an entry that makes up an array. */
  static Entry parse(byte[] array, LooseFields loose) {
    Entry entry = parseUsual(array, 0, array.length);
    return entry == null ? parseUnusual(array, 0, array.length, loose) : entry;
  }

  /**
   * Parses what a log's entries are: all fields in their order, the type perhaps missing. Without a
   * loop over fields, and with a builder made last, the JIT needs no builder at all.
   *
   * @return null if it is anything else
   */
  static @Nullable Entry parseUsual(byte[] array, int offset, int length) {
    FieldCursor cursor = new FieldCursor(array, offset, offset + length);
    EntryType type = null;
    if (cursor.take(TYPE)) {
      type = EntryType.forNumber((int) cursor.varint());
      if (type == null) {
        return null;
      }
    }
    if (!cursor.take(TERM)) {
      return null;
    }
    long term = cursor.varint();
    if (!cursor.take(INDEX)) {
      return null;
    }
    long index = cursor.varint();
    if (!cursor.take(DATA)) {
      return null;
    }
    ByteString data = cursor.bytes();
    if (!cursor.ended()) {
      return null;
    }
    Entry.Builder builder = Entry.newBuilder().setTerm(term).setIndex(index).setData(data);
    if (type != null) {
      builder.setType(type);
    }
    return builder.build();
  }

  /**
   * Parses any other.
   *
   * @param loose bounds what is unusual in all entries of a message
   * @throws CorruptStreamException if it does not parse, or there is too much that is unusual
   */
  static Entry parseUnusual(byte[] array, int offset, int length, LooseFields loose) {
    loose.look(array, offset, length, Entry.getDescriptor(), "entry");
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
