// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.raftwire.http.codec.ChunkWriter;
import io.raftwire.http.codec.FrameBatch;
import io.raftwire.http.codec.StreamEncoder;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.link.KeptBuffer;
import io.raftwire.raftpb.Message;
import org.jspecify.annotations.Nullable;

/**
 * Turns the messages of a lane into the chunks of one stream: whatever waits into one buffer, a
 * frame that is too large for that into one of its own, and an even larger one into pieces. Used by
 * the thread whose turn it is to write, which is the connection's event loop, or a sender's for
 * {@link #writeTo}.
 */
final class StreamOutput {

  /**
   * How much goes into one buffer, which is how much is written before it is flushed: what the
   * kernel makes one segment of (64 KiB with all headers). Where TCP paces, it sets a timer for the
   * next one.
   */
  private static final int BATCH_BYTES = 65_400;

  /** How large the pieces of a frame are that is too large for a buffer of its own. */
  static final int PIECE_BYTES = 256 * 1024;

  /** A flush is due from here on, so that frames that fill no batch do not wait for others. */
  private static final int FLUSH_BYTES = 60 * 1024;

  /** The same for messages: who reads small ones shall not wait until thousands are encoded. */
  private static final int FLUSH_MESSAGES = 1024;

  private static final int CHUNK_BYTES = ChunkWriter.HEAD_BYTES + ChunkWriter.TAIL_BYTES;

  // A guess at what a frame needs beyond its message, to size a batch for what waits.
  private static final int FRAME_OVERHEAD = 40;
  private static final int MIN_BATCH_BYTES = 512;

  // A batch up to this size is written in the stream's own buffer, if that is free.
  private static final int KEPT_BATCH_BYTES = 4 * 1024;

  private final StreamEncoder encoder;
  private final Lane lane;
  private final Listener listener;
  private final KeptBuffer keptBatch = new KeptBuffer(KEPT_BATCH_BYTES);
  private final byte[] keptArray = new byte[KEPT_BATCH_BYTES - CHUNK_BYTES];

  private @Nullable Message carried;
  // The size of its frame.
  private long carriedSize;
  private int unflushedBytes;
  private long unflushedMessages;
  // The frame that has been written in part.
  private @Nullable LargeFrame large;
  // What the socket has not taken, or only in part.
  private @Nullable Batch rest;

  /**
   * Messages in one buffer.
   *
   * @param wireBytes the buffer's length before anything of it is written
   */
  private record Batch(ByteBuf buffer, int wireBytes, long messages, long messageBytes) {}

  /** Is told what became of what was written. */
  interface Listener {

    /**
     * Bytes are with the kernel, and with them the last ones of some messages.
     *
     * @param wireBytes of frames
     */
    void written(long wireBytes, long messages, long messageBytes);

    /** Messages that were taken from the lane will not be written. */
    void dropped(long messages, long messageBytes);

    /** The connection is broken. */
    void broken(Throwable cause);
  }

  /** The output of one stream, whose lane the caller has claimed before writing anything. */
  StreamOutput(StreamEncoder encoder, Lane lane, Listener listener) {
    this.encoder = encoder;
    this.lane = lane;
    this.listener = listener;
  }

  /** Whether nothing that was taken from the lane waits here. */
  boolean isEmpty() {
    return large == null && carried == null && rest == null;
  }

  /** Whether a frame has been written in part, or may have been. */
  boolean isMidFrame() {
    return large != null || rest != null;
  }

  /** Whether so much has been written since the last flush that another is due. */
  boolean isFlushDue() {
    return unflushedBytes >= FLUSH_BYTES || unflushedMessages >= FLUSH_MESSAGES;
  }

  /** Hands what has been written to the kernel. */
  void flush(ChannelHandlerContext ctx) {
    unflushedBytes = 0;
    unflushedMessages = 0;
    ctx.flush();
  }

  /**
   * Writes the next buffer, without flushing it.
   *
   * @return false if there was nothing to write
   */
  boolean writeSome(ChannelHandlerContext ctx) {
    Batch begunBatch = rest;
    if (begunBatch != null) {
      rest = null;
      write(ctx, begunBatch);
      return true;
    }
    LargeFrame begun = large;
    if (begun != null) {
      writePiece(ctx, begun);
      return true;
    }
    Message first = carried == null ? carryNext() : carried;
    if (first == null) {
      return false;
    }
    long size = carriedSize;
    if (size <= BATCH_BYTES - CHUNK_BYTES) {
      write(ctx, encode(first, batchBuffer(ctx.alloc(), (int) size)));
    } else if (size <= PIECE_BYTES) {
      writeAlone(ctx, first, (int) size);
    } else {
      writeFirstPiece(ctx, first, size);
    }
    return true;
  }

  /**
   * Writes what waits to the socket itself, if that is little. What is left is here or in the lane,
   * for {@link #writeSome}.
   *
   * @return whether nothing is
   */
  boolean writeTo(DirectSocket socket, ByteBufAllocator allocator) {
    Message first = carryNext();
    if (first == null) {
      return true;
    }
    long size = carriedSize;
    boolean little = size <= KEPT_BATCH_BYTES && waitingBytes((int) size) <= KEPT_BATCH_BYTES;
    ByteBuf buffer = little ? keptBatch.take(allocator) : null;
    if (buffer == null) {
      return false;
    }
    Batch batch = encode(first, buffer);
    // However writing fails, the end of the stream finds it here.
    rest = batch;
    socket.write(buffer);
    if (buffer.isReadable()) {
      return false;
    }
    rest = null;
    buffer.release();
    listener.written(batch.wireBytes, batch.messages, batch.messageBytes);
    return carried == null;
  }

  /** Writes a sign of life, without flushing it. */
  void writeLinkHeartbeat(ChannelHandlerContext ctx) {
    ByteBuf buffer = ctx.alloc().directBuffer(MIN_BATCH_BYTES, MIN_BATCH_BYTES);
    buffer.writerIndex(ChunkWriter.HEAD_BYTES);
    FrameBatch batch = new FrameBatch(buffer, MIN_BATCH_BYTES - CHUNK_BYTES);
    encoder.encodeLinkHeartbeat(batch);
    batch.finish();
    write(ctx, new Batch(buffer, closeChunk(buffer), 0, 0));
  }

  /** Gives back the message that was taken from the lane and has not been begun, and its room. */
  @Nullable Message giveBack() {
    Message unsent = carried;
    carried = null;
    if (unsent != null) {
      lane.release(1, unsent.getSerializedSize());
    }
    return unsent;
  }

  /** Drops what is left; nothing is written any more. */
  void close() {
    keptBatch.release();
    Message unsent = giveBack();
    if (unsent != null) {
      listener.dropped(1, unsent.getSerializedSize());
    }
    Batch unwritten = rest;
    rest = null;
    if (unwritten != null) {
      unwritten.buffer.release();
      listener.dropped(unwritten.messages, unwritten.messageBytes);
    }
    LargeFrame begun = large;
    large = null;
    if (begun != null) {
      begun.release();
      listener.dropped(1, begun.messageBytes());
    }
  }

  /** Takes the next message from the lane. Whatever fails, the end of the stream finds it here. */
  private @Nullable Message carryNext() {
    Message next = lane.poll();
    carried = next;
    if (next != null) {
      carriedSize = encoder.frameSize(next);
    }
    return next;
  }

  /** Fills a buffer with the carried message and what waits, as far as it fits, as one chunk. */
  private Batch encode(Message first, ByteBuf buffer) {
    long messages = 0;
    long messageBytes = 0;
    Message next = first;
    long size = carriedSize;
    try {
      buffer.writerIndex(ChunkWriter.HEAD_BYTES);
      int maxBytes = Math.min(buffer.capacity(), BATCH_BYTES) - CHUNK_BYTES;
      FrameBatch batch =
          maxBytes <= keptArray.length
              ? new FrameBatch(buffer, maxBytes, keptArray)
              : new FrameBatch(buffer, maxBytes);
      while (next != null && messages < FLUSH_MESSAGES && size <= batch.remaining()) {
        encoder.encode(next, batch);
        messages++;
        messageBytes += next.getSerializedSize();
        next = lane.poll();
        size = next == null ? 0 : encoder.frameSize(next);
      }
      batch.finish();
    } catch (RuntimeException | Error e) {
      carried = next;
      buffer.release();
      lane.release(messages, messageBytes);
      if (messages > 0) {
        listener.dropped(messages, messageBytes);
      }
      throw e;
    }
    carried = next;
    carriedSize = size;
    lane.release(messages, messageBytes);
    return new Batch(buffer, closeChunk(buffer), messages, messageBytes);
  }

  /**
   * What a buffer needs for the first frame at least, and for all that waits with it by a guess.
   */
  private long waitingBytes(int firstSize) {
    long guess = lane.bytes() + lane.messages() * FRAME_OVERHEAD;
    return Math.max(firstSize, guess) + CHUNK_BYTES;
  }

  /** A buffer for what waits, as far as it goes into one. */
  private ByteBuf batchBuffer(ByteBufAllocator allocator, int firstSize) {
    long waiting = waitingBytes(firstSize);
    ByteBuf kept = waiting <= KEPT_BATCH_BYTES ? keptBatch.take(allocator) : null;
    if (kept != null) {
      return kept;
    }
    int capacity = (int) Math.min(BATCH_BYTES, Math.max(MIN_BATCH_BYTES, waiting));
    return WriteBuffers.take(allocator, capacity);
  }

  /** Writes a frame that is too large for a batch into a buffer of its own. */
  private void writeAlone(ChannelHandlerContext ctx, Message message, int size) {
    ByteBuf buffer = WriteBuffers.take(ctx.alloc(), CHUNK_BYTES + size);
    try {
      buffer.writerIndex(ChunkWriter.HEAD_BYTES);
      FrameBatch batch = new FrameBatch(buffer, size);
      encoder.encode(message, batch);
      batch.finish();
    } catch (RuntimeException | Error e) {
      buffer.release();
      throw e;
    }
    long messageBytes = message.getSerializedSize();
    carried = null;
    lane.release(1, messageBytes);
    write(ctx, new Batch(buffer, closeChunk(buffer), 1, messageBytes));
  }

  private void write(ChannelHandlerContext ctx, Batch batch) {
    unflushedBytes += batch.wireBytes;
    unflushedMessages += batch.messages;
    ctx.write(batch.buffer)
        .addListener(written(batch.wireBytes, batch.messages, batch.messageBytes));
  }

  /** Closes the chunk that fills the buffer from behind its head on. */
  private static int closeChunk(ByteBuf buffer) {
    int length = buffer.readableBytes() - ChunkWriter.HEAD_BYTES;
    ChunkWriter.setHead(buffer, 0, length);
    ChunkWriter.writeTail(buffer);
    return length;
  }

  private ChannelFutureListener written(long wireBytes, long messages, long messageBytes) {
    return future -> {
      if (future.isSuccess()) {
        listener.written(wireBytes, messages, messageBytes);
        return;
      }
      if (messages > 0) {
        listener.dropped(messages, messageBytes);
      }
      listener.broken(future.cause());
    };
  }

  // ---- frames that are too large for a buffer --------------------------------------------------

  private void writeFirstPiece(ChannelHandlerContext ctx, Message message, long size) {
    LargeFrame frame = LargeFrame.encode(encoder, message, size, PIECE_BYTES);
    carried = null;
    large = frame;
    lane.release(1, frame.messageBytes());
    writePiece(ctx, frame);
  }

  private void writePiece(ChannelHandlerContext ctx, LargeFrame frame) {
    long left = frame.bytesLeft();
    ByteBuf last = frame.writeButForLast(ctx, written(0, 0, 0));
    if (large == null) {
      // That has ended the stream, and with it the frame.
      last.release();
      return;
    }
    int length = (int) (left - frame.bytesLeft());
    boolean whole = frame.bytesLeft() == 0;
    large = whole ? null : frame;
    unflushedBytes += length;
    ctx.write(last)
        .addListener(
            whole ? written(frame.wireBytes(), 1, frame.messageBytes()) : written(length, 0, 0));
  }
}
