// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import static com.google.protobuf.CodedOutputStream.computeUInt32SizeNoTag;
import static com.google.protobuf.CodedOutputStream.computeUInt64SizeNoTag;

import io.netty.buffer.ByteBuf;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the {@code msgapp} stream (msgappv2). Numbers are big-endian and unsigned.
 *
 * <pre>
 * link heartbeat        compact MsgApp              any message
 * offset  bytes  what   offset  bytes  what         offset  bytes  what
 * 0       1      0      0       1      1            0       1      2
 *                       1       8      count        1       8      n
 *                       9       8      n            9       n      Message
 *                       17      n      Entry
 *                       ...     count times 8 + n
 *                       x       8      commit
 * </pre>
 *
 * <p>Both ends remember a term and an index, at first 0. A compact frame is a MsgApp of that term
 * (logTerm, too) at that index; its entries follow the index one by one and advance it. Any other
 * message sets the term to its own and the index to its last entry's, or else its own.
 */
public final class MsgAppV2Decoder extends FrameDecoder {

  static final int LINK_HEARTBEAT = 0;
  static final int COMPACT = 1;
  static final int MESSAGE = 2;

  private static final int TYPE_SIZE = 2; // a tag and a small number

  // Room for more entries than these is given back when their frame is read.
  private static final int KEPT_ENTRIES = 1024;

  private final MemberId local;
  private final MemberId remote;
  private final long maxMessageBytes;
  private final int maxEntriesPerFrame;

  private final NumberReader number = new NumberReader();
  private final BodyReader body = new BodyReader();

  private Expect expect = Expect.FRAME_TYPE;
  private long term;
  private long index;

  // Of the compact frame being read. Its message's builder is not kept here meanwhile: one that is
  // stored is an object for each frame, and one that is not is none to the JIT.
  private ArrayList<Entry> entries = new ArrayList<>();
  private int entriesMissing;
  private long entryBytes;
  private long entryFieldBytes;
  private final LooseFields loose = new LooseFields();

  private enum Expect {
    FRAME_TYPE,
    COUNT,
    ENTRY_LENGTH,
    ENTRY,
    COMMIT,
    MESSAGE_LENGTH,
    MESSAGE
  }

  /**
   * A decoder at the beginning of a stream.
   *
   * @param local whom compact frames are for
   * @param remote whom compact frames are from
   * @param maxMessageBytes the largest message taken; also the most the entries of a compact frame
   *     have together
   * @param maxEntriesPerFrame the most entries a compact frame has
   */
  public MsgAppV2Decoder(
      MemberId local, MemberId remote, long maxMessageBytes, int maxEntriesPerFrame) {
    this.local = local;
    this.remote = remote;
    this.maxMessageBytes = Math.min(maxMessageBytes, BodyReader.MAX_BYTES);
    this.maxEntriesPerFrame = maxEntriesPerFrame;
  }

  @Override
  public boolean atFrameBoundary() {
    return expect == Expect.FRAME_TYPE;
  }

  @Override
  boolean step(ByteBuf in, MessageSink sink) {
    return switch (expect) {
      case FRAME_TYPE -> in.isReadable() && frameType(in.readUnsignedByte(), sink);
      case COUNT -> number.read(in) && count(number.value());
      case ENTRY_LENGTH -> wholeEntries(in) || (number.read(in) && entryLength(number.value()));
      case ENTRY -> entry(body.read(in));
      case COMMIT -> number.read(in) && commit(number.value(), sink);
      case MESSAGE_LENGTH -> number.read(in) && messageLength(number.value());
      case MESSAGE -> message(body.read(in), sink);
    };
  }

  private boolean frameType(int type, MessageSink sink) {
    switch (type) {
      case LINK_HEARTBEAT -> sink.linkHeartbeat();
      case COMPACT -> expect = Expect.COUNT;
      case MESSAGE -> expect = Expect.MESSAGE_LENGTH;
      default -> throw CorruptStreamException.unknownType(type);
    }
    return true;
  }

  private boolean count(long count) {
    if (Long.compareUnsigned(count, maxEntriesPerFrame) > 0) {
      throw CorruptStreamException.tooManyEntries(count, maxEntriesPerFrame);
    }
    entriesMissing = (int) count;
    entryBytes = 0;
    entryFieldBytes = 0;
    loose.clear();
    expectEntryOrCommit();
    return true;
  }

  /**
   * Reads all entries that are there whole, which spares two steps for each.
   *
   * @return false if there was none
   */
  private boolean wholeEntries(ByteBuf in) {
    if (!number.atStart()) {
      return false;
    }
    int missing = entriesMissing;
    while (entriesMissing > 0 && in.readableBytes() >= Long.BYTES) {
      long length = in.getLong(in.readerIndex());
      long limit = Math.min(in.readableBytes() - Long.BYTES, maxMessageBytes);
      if (Long.compareUnsigned(length, limit) > 0) {
        break; // The steps wait for the rest of it, or refuse it.
      }
      addEntryBytes(length);
      byte[] bytes = new byte[(int) length];
      in.skipBytes(Long.BYTES).readBytes(bytes);
      add(bytes);
    }
    expectEntryOrCommit();
    return entriesMissing < missing;
  }

  private boolean entryLength(long length) {
    body.begin("entry length", length, maxMessageBytes);
    addEntryBytes(length);
    expect = Expect.ENTRY;
    return true;
  }

  private void addEntryBytes(long length) {
    entryBytes += length;
    if (entryBytes > maxMessageBytes) {
      throw CorruptStreamException.tooLarge(
          "entries' length in a compact frame", entryBytes, maxMessageBytes);
    }
  }

  private boolean entry(byte @Nullable [] bytes) {
    if (bytes == null) {
      return false;
    }
    add(bytes);
    expectEntryOrCommit();
    return true;
  }

  private void add(byte[] bytes) {
    Entry entry = EntryParser.parse(bytes, loose);
    if (entry.getIndex() != index + 1) {
      throw CorruptStreamException.notConsecutive(entries.size(), entry.getIndex(), index + 1);
    }
    index++;
    entriesMissing--;
    entryFieldBytes += 1L + computeUInt32SizeNoTag(bytes.length) + bytes.length;
    entries.add(entry);
  }

  private void expectEntryOrCommit() {
    expect = entriesMissing > 0 ? Expect.ENTRY_LENGTH : Expect.COMMIT;
  }

  private boolean commit(long commit, MessageSink sink) {
    Message message = compactMessage(commit);
    long wireBytes = 1 + Long.BYTES + (long) Long.BYTES * entries.size() + entryBytes + Long.BYTES;
    if (entries.size() > KEPT_ENTRIES) {
      entries = new ArrayList<>();
    } else {
      entries.clear();
    }
    expect = Expect.FRAME_TYPE;
    sink.message(message, messageBytes(message), wireBytes);
    return true;
  }

  private Message compactMessage(long commit) {
    int count = entries.size();
    Message.Builder message =
        Message.newBuilder()
            .setType(MessageType.MsgApp)
            .setTo(local.value())
            .setFrom(remote.value())
            .setTerm(term)
            .setLogTerm(term)
            .setIndex(index - count)
            .setCommit(commit);
    if (count == 1) {
      // Spares the builder its looks at what kind of list it is given.
      message.addEntries(entries.get(0));
    } else if (count > 1) {
      message.addAllEntries(entries);
    }
    return message.build();
  }

  /** What the message's getSerializedSize would say, from numbers that are known already. */
  private long messageBytes(Message message) {
    return TYPE_SIZE
        + fieldSize(message.getTo())
        + fieldSize(message.getFrom())
        + 2 * fieldSize(message.getTerm()) // logTerm is the same
        + fieldSize(message.getIndex())
        + fieldSize(message.getCommit())
        + entryFieldBytes;
  }

  private static long fieldSize(long value) {
    return 1L + computeUInt64SizeNoTag(value);
  }

  private boolean messageLength(long length) {
    body.begin("frame length", length, maxMessageBytes);
    expect = Expect.MESSAGE;
    return true;
  }

  private boolean message(byte @Nullable [] bytes, MessageSink sink) {
    if (bytes == null) {
      return false;
    }
    Message message = MessageParser.parse(bytes);
    term = message.getTerm();
    int count = message.getEntriesCount();
    index = count == 0 ? message.getIndex() : message.getEntries(count - 1).getIndex();
    expect = Expect.FRAME_TYPE;
    if (Messages.isLinkHeartbeat(message)) {
      sink.linkHeartbeat();
    } else {
      sink.message(message, bytes.length, 1L + Long.BYTES + bytes.length);
    }
    return true;
  }
}
