// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what takes many times more memory once it is parsed than on the wire, before it is: fields
 * that this version does not know, which the generated parser keeps, numbers in lists, and entries.
 * For one message, whose parts may be looked at one by one.
 */
final class LooseFields {

  /** The most entries of a message: one takes two bytes on the wire, and some hundred after. */
  static final int MAX_ENTRIES = 1 << 20;

  /** The most unknown fields and numbers: one takes up to 270 bytes besides what is in it. */
  static final int MAX_FIELDS = 1 << 16;

  // The parser's own limit.
  private static final int MAX_DEPTH = 100;

  private int entries;
  private long fields;

  /** Begins with another message. */
  void clear() {
    entries = 0;
    fields = 0;
  }

  /**
   * Looks at a part.
   *
   * @param what its name, for the error
   * @throws CorruptStreamException if there is too much by now, or it does not parse
   */
  void look(byte[] array, int offset, int length, Descriptor type, String what) {
    try {
      look(CodedInputStream.newInstance(array, offset, length), type, 0);
    } catch (InvalidProtocolBufferException e) {
      throw CorruptStreamException.unparsable(what, length, e);
    } catch (IOException e) {
      throw new AssertionError("an array does not fail to be read", e);
    }
  }

  private void look(CodedInputStream in, Descriptor type, int depth) throws IOException {
    int tag;
    while ((tag = nextTag(in, depth)) != 0) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (field == null || field.getLiteType().getWireType() != WireFormat.getTagWireType(tag)) {
        lookAtUnknown(in, tag, field, depth);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        entries += field.isRepeated() ? 1 : 0;
        if (entries > MAX_ENTRIES) {
          throw CorruptStreamException.tooManyEntries(entries, MAX_ENTRIES);
        }
        int outer = in.pushLimit(in.readRawVarint32());
        look(in, field.getMessageType(), depth + 1);
        in.popLimit(outer);
      } else if (field.getJavaType() == FieldDescriptor.JavaType.ENUM) {
        // The parser keeps values without a name among the unknown fields.
        count(field.getEnumType().findValueByNumber(in.readEnum()) == null ? 1 : 0);
      } else {
        skip(in, tag);
        count(field.isRepeated() ? 1 : 0);
      }
    }
  }

  private void lookAtUnknown(
      CodedInputStream in, int tag, @Nullable FieldDescriptor field, int depth) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_START_GROUP) {
      count(1);
      int inner;
      while ((inner = nextTag(in, depth)) != 0
          && WireFormat.getTagWireType(inner) != WireFormat.WIRETYPE_END_GROUP) {
        lookAtUnknown(in, inner, null, depth + 1);
      }
    } else {
      int begin = in.getTotalBytesRead();
      skip(in, tag);
      // A packed list may have a number in each byte.
      count(field != null && field.isRepeated() ? in.getTotalBytesRead() - begin : 1);
    }
  }

  private static int nextTag(CodedInputStream in, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new InvalidProtocolBufferException("more than " + MAX_DEPTH + " levels of nesting");
    }
    return in.readTag();
  }

  private static void skip(CodedInputStream in, int tag) throws IOException {
    if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT) {
      in.readRawVarint64(); // as the parser does, which takes some that cannot be skipped
    } else if (!in.skipField(tag)) {
      throw new InvalidProtocolBufferException("the end of a group that has not begun");
    }
  }

  private void count(int more) {
    fields += more;
    if (fields > MAX_FIELDS) {
      throw CorruptStreamException.tooLarge("number of unknown fields", fields, MAX_FIELDS);
    }
  }
}
