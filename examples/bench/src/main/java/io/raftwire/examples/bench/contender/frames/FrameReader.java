// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.frames;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.netty.buffer.ByteBuf;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.function.Consumer;

/**
 * Reads what a {@link FrameWriter} writes, with one copy between the socket and the message. It
 * trusts its peer, which a transport must not.
 */
public final class FrameReader {

  static final byte MSGAPP = 'a';
  static final byte MESSAGES = 'm';

  private static final int TERM = 0x10;
  private static final int INDEX = 0x18;
  private static final int DATA = 0x22;
  private static final byte[] NONE = {};

  private final Consumer<Message> out;
  private final long local;
  private final long remote;
  private final Message.Builder compact = Message.newBuilder();
  private final Entry.Builder entry = Entry.newBuilder();

  private Expect expect = Expect.PREAMBLE;
  private boolean messagesOnly;
  private long term;
  private long index;

  private long number;
  private int numberBytes;
  private byte[] body = NONE;
  private int bodyBytes;
  private long entriesMissing;

  private byte[] array = NONE;
  private int position;

  private enum Expect {
    PREAMBLE,
    FRAME_TYPE,
    COUNT,
    ENTRY_LENGTH,
    ENTRY,
    COMMIT,
    LENGTH,
    MESSAGE
  }

  /**
   * A reader at the beginning of a connection.
   *
   * @param local whom compact frames are for
   * @param remote whom compact frames are from
   */
  public FrameReader(long local, long remote, Consumer<Message> out) {
    this.local = local;
    this.remote = remote;
    this.out = out;
  }

  /** A reader for {@code message} frames that follow each other from the first byte on. */
  public static FrameReader ofMessages(Consumer<Message> out) {
    FrameReader reader = new FrameReader(0, 0, out);
    reader.expect = Expect.LENGTH;
    reader.messagesOnly = true;
    return reader;
  }

  /** Reads all readable bytes; the caller keeps the buffer. */
  public void read(ByteBuf in) {
    while (step(in)) {
      // The next part of a frame.
    }
  }

  private boolean step(ByteBuf in) {
    return switch (expect) {
      case PREAMBLE -> in.isReadable() && preamble(in.readByte());
      case FRAME_TYPE -> in.isReadable() && frameType(in.readByte());
      case COUNT -> readNumber(in) && count();
      case ENTRY_LENGTH, LENGTH -> readNumber(in) && length();
      case ENTRY -> readBody(in) && entry();
      case COMMIT -> readNumber(in) && commit();
      case MESSAGE -> readBody(in) && message();
    };
  }

  private boolean preamble(byte frames) {
    messagesOnly = frames == MESSAGES;
    nextFrame();
    return true;
  }

  private boolean frameType(byte type) {
    if (type != FrameWriter.COMPACT && type != FrameWriter.WHOLE) {
      throw new BenchException("frame type " + type + " (expected: 1 or 2)");
    }
    expect = type == FrameWriter.COMPACT ? Expect.COUNT : Expect.LENGTH;
    return true;
  }

  private boolean readNumber(ByteBuf in) {
    if (numberBytes == 0 && in.readableBytes() >= Long.BYTES) {
      number = in.readLong();
      return true;
    }
    while (numberBytes < Long.BYTES && in.isReadable()) {
      number = number << Byte.SIZE | in.readUnsignedByte();
      numberBytes++;
    }
    if (numberBytes < Long.BYTES) {
      return false;
    }
    numberBytes = 0;
    return true;
  }

  private boolean readBody(ByteBuf in) {
    int bytes = Math.min(body.length - bodyBytes, in.readableBytes());
    in.readBytes(body, bodyBytes, bytes);
    bodyBytes += bytes;
    return bodyBytes == body.length;
  }

  private boolean count() {
    entriesMissing = number;
    compact
        .setType(MessageType.MsgApp)
        .setTo(local)
        .setFrom(remote)
        .setTerm(term)
        .setLogTerm(term)
        .setIndex(index);
    expect = entriesMissing > 0 ? Expect.ENTRY_LENGTH : Expect.COMMIT;
    return true;
  }

  private boolean length() {
    body = new byte[Math.toIntExact(number)];
    bodyBytes = 0;
    expect = expect == Expect.LENGTH ? Expect.MESSAGE : Expect.ENTRY;
    return true;
  }

  private boolean entry() {
    compact.addEntries(parseEntry());
    body = NONE;
    index++;
    expect = --entriesMissing > 0 ? Expect.ENTRY_LENGTH : Expect.COMMIT;
    return true;
  }

  private boolean commit() {
    Message message = compact.setCommit(number).build();
    compact.clear();
    nextFrame();
    out.accept(message);
    return true;
  }

  private boolean message() {
    Message message;
    try {
      message = Message.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new BenchException("a message that does not parse: " + e.getMessage(), e);
    }
    body = NONE;
    int count = message.getEntriesCount();
    term = message.getTerm();
    index = count == 0 ? message.getIndex() : message.getEntries(count - 1).getIndex();
    nextFrame();
    out.accept(message);
    return true;
  }

  private void nextFrame() {
    expect = messagesOnly ? Expect.LENGTH : Expect.FRAME_TYPE;
  }

  // The fields that a log's entries have; whatever has another is left to the generated parser.
  private Entry parseEntry() {
    array = body;
    position = 0;
    entry.clear();
    while (position < array.length) {
      int tag = array[position++];
      switch (tag) {
        case TERM -> entry.setTerm(varint());
        case INDEX -> entry.setIndex(varint());
        case DATA -> entry.setData(bytes());
        default -> {
          return parseGenerally();
        }
      }
    }
    array = NONE;
    return entry.build();
  }

  private Entry parseGenerally() {
    try {
      return Entry.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new BenchException("an entry that does not parse: " + e.getMessage(), e);
    }
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; ; shift += 7) {
      byte b = array[position++];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
  }

  private ByteString bytes() {
    int length = (int) varint();
    ByteString bytes = UnsafeByteOperations.unsafeWrap(array, position, length);
    position += length;
    return bytes;
  }
}
