// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/**
 * Reads the few forms of protobuf fields that raft messages consist of. It judges nothing: as soon
 * as it meets anything it does not know it is no longer {@link #plain()}, and the caller has the
 * same bytes parsed by the generated parser instead.
 *
 * <p>One for each message: an object that lived as long as its connection would make the collector
 * note each array that is stored in it, which costs more than a short-lived object.
 */
final class FieldCursor {

  private final byte[] array;
  private final int end;
  private int position;
  private boolean plain = true;

  /** Starts at a message's first byte. */
  FieldCursor(byte[] array, int from, int to) {
    this.array = array;
    this.position = from;
    this.end = to;
  }

  /** Whether everything so far was of a known form. */
  boolean plain() {
    return plain;
  }

  /** Gives up; the generated parser decides. */
  void giveUp() {
    plain = false;
  }

  /** Whether there is another field. */
  boolean more() {
    return plain && position < end;
  }

  /** Whether all has been read, and was of a known form. */
  boolean ended() {
    return plain && position == end;
  }

  /** Reads a tag if it is this one. */
  boolean take(int tag) {
    boolean here = position < end && array[position] == tag;
    if (here) {
      position++;
    }
    return here;
  }

  /** Where the next byte is read. */
  int position() {
    return position;
  }

  /** Field number and wire type; negative for a field number over 15. */
  int tag() {
    return array[position++];
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE && position < end; shift += 7) {
      byte b = array[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    plain = false;
    return 0;
  }

  boolean bool() {
    return varint() != 0;
  }

  /** Reads the length of what follows; 0 if there is less than that. */
  int length() {
    long length = varint();
    if (Long.compareUnsigned(length, end - position) > 0) {
      plain = false;
      return 0;
    }
    return (int) length;
  }

  void skip(int bytes) {
    position += bytes;
  }

  /** Bytes that refer to the array. */
  ByteString bytes() {
    int length = length();
    if (length == 0) {
      return ByteString.EMPTY;
    }
    ByteString slice = UnsafeByteOperations.unsafeWrap(array, position, length);
    position += length;
    return slice;
  }
}
