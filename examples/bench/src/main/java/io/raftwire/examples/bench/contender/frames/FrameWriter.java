// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.frames;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.util.Queue;

/**
 * Writes messages as the peer protocol's streams have them: msgappv2 with the compact frame, as
 * what it sends are the MsgApps of one leader's log, or {@code message} frames.
 */
public final class FrameWriter {

  static final byte COMPACT = 1;
  static final byte WHOLE = 2;

  private final boolean msgApp;

  private long term;
  private long index;

  /** Begins with the first byte of a connection still to be written, see {@link #preamble}. */
  public FrameWriter(Work work) {
    this.msgApp = work != Work.small;
  }

  /** Which frames follow. */
  public byte preamble() {
    return msgApp ? FrameReader.MSGAPP : FrameReader.MESSAGES;
  }

  /**
   * Writes as many messages of a queue as fit one buffer.
   *
   * @param bytes the size of the buffer, unless the first message alone is larger
   * @return the buffer, the caller's to release; without readable bytes if the queue was empty
   */
  public ByteBuf batch(Queue<Message> queue, ByteBufAllocator allocator, int bytes) {
    Message message = queue.peek();
    if (message == null) {
      return allocator.directBuffer(0, 0);
    }
    int size = frameBytes(message);
    ByteBuf buffer = allocator.directBuffer(Math.max(bytes, size));
    CodedOutputStream out =
        CodedOutputStream.newInstance(buffer.nioBuffer(0, buffer.writableBytes()));
    try {
      do {
        write(message, out);
        queue.remove();
        message = queue.peek();
      } while (message != null && frameBytes(message) <= out.spaceLeft());
      out.flush();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    return buffer.writerIndex(out.getTotalBytesWritten());
  }

  /** How many bytes a message's frame has if it is the next to be written. */
  public int frameBytes(Message message) {
    if (!msgApp) {
      return Long.BYTES + message.getSerializedSize();
    }
    if (!isCompact(message)) {
      return 1 + Long.BYTES + message.getSerializedSize();
    }
    int bytes = 1 + Long.BYTES + Long.BYTES;
    for (int i = 0; i < message.getEntriesCount(); i++) {
      bytes += Long.BYTES + message.getEntries(i).getSerializedSize();
    }
    return bytes;
  }

  /** Writes one frame. */
  public void write(Message message, CodedOutputStream out) throws IOException {
    if (!msgApp) {
      writeLong(out, message.getSerializedSize());
      message.writeTo(out);
      return;
    }
    int count = message.getEntriesCount();
    if (isCompact(message)) {
      out.write(COMPACT);
      writeLong(out, count);
      for (int i = 0; i < count; i++) {
        Entry entry = message.getEntries(i);
        writeLong(out, entry.getSerializedSize());
        entry.writeTo(out);
      }
      writeLong(out, message.getCommit());
      index += count;
    } else {
      out.write(WHOLE);
      writeLong(out, message.getSerializedSize());
      message.writeTo(out);
      term = message.getTerm();
      index = count == 0 ? message.getIndex() : message.getEntries(count - 1).getIndex();
    }
  }

  private boolean isCompact(Message message) {
    return message.getIndex() == index && message.getTerm() == term && message.getLogTerm() == term;
  }

  private static void writeLong(CodedOutputStream out, long value) throws IOException {
    out.writeFixed64NoTag(Long.reverseBytes(value));
  }
}
