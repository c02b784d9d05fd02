// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The frames of WIRE.md by hand. */
final class Frames {

  static final byte[] MSGAPP_LINK_HEARTBEAT = {0};

  /** A MsgHeartbeat without from and to. */
  static final byte[] MESSAGE_LINK_HEARTBEAT = {0, 0, 0, 0, 0, 0, 0, 2, 8, 8};

  private Frames() {}

  /** A frame of the message stream. */
  static byte[] message(Message message) {
    byte[] body = message.toByteArray();
    return ByteBuffer.allocate(8 + body.length).putLong(body.length).put(body).array();
  }

  /** A frame of the msgapp stream that carries a whole message. */
  static byte[] whole(Message message) {
    byte[] body = message.toByteArray();
    return ByteBuffer.allocate(9 + body.length)
        .put((byte) 2)
        .putLong(body.length)
        .put(body)
        .array();
  }

  /** A compact frame of the msgapp stream. */
  static byte[] compact(long commit, Entry... entries) {
    int size = 17;
    for (Entry entry : entries) {
      size += 8 + entry.getSerializedSize();
    }
    ByteBuffer frame = ByteBuffer.allocate(size).put((byte) 1).putLong(entries.length);
    for (Entry entry : entries) {
      frame.putLong(entry.getSerializedSize()).put(entry.toByteArray());
    }
    return frame.putLong(commit).array();
  }

  /** A type byte and a number: the beginning of a frame of the msgapp stream. */
  static byte[] begin(int type, long number) {
    return ByteBuffer.allocate(9).put((byte) type).putLong(number).array();
  }

  /** A number: the beginning of a frame of the message stream. */
  static byte[] begin(long length) {
    return ByteBuffer.allocate(8).putLong(length).array();
  }

  static byte[] join(byte[]... parts) {
    int size = 0;
    for (byte[] part : parts) {
      size += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }

  /** The messages in whole frames of the message stream, link heartbeats included. */
  static List<Message> parse(byte[] frames) {
    List<Message> messages = new ArrayList<>();
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(frames))) {
      while (in.available() > 0) {
        messages.add(Message.parseFrom(in.readNBytes((int) in.readLong())));
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
    return messages;
  }
}
