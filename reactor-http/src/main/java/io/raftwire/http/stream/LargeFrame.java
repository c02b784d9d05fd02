// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.raftwire.http.codec.ChunkWriter;
import io.raftwire.http.codec.StreamEncoder;
import io.raftwire.raftpb.Message;
import java.util.ArrayDeque;

/**
 * A frame that is too large for a buffer of its own, as pieces that are written one after the
 * other. It is one chunk, if a chunk's head can say its length, else as few as can be.
 */
final class LargeFrame {

  // A piece up to this size shares a buffer with the head before it and the tail behind it.
  private static final int SMALL_PIECE_BYTES = 4 * 1024;

  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private final long wireBytes;
  private final long messageBytes;

  private long frameLeft;
  private int chunkLeft;

  private LargeFrame(long wireBytes, long messageBytes) {
    this.wireBytes = wireBytes;
    this.messageBytes = messageBytes;
    this.frameLeft = wireBytes;
  }

  /**
   * Encodes a message.
   *
   * @param wireBytes what the encoder says is the frame's size
   * @param pieceBytes how much goes into one piece
   */
  static LargeFrame encode(StreamEncoder encoder, Message message, long wireBytes, int pieceBytes) {
    LargeFrame frame = new LargeFrame(wireBytes, message.getSerializedSize());
    try {
      encoder.encodeLarge(message, pieceBytes, frame.pieces::add);
    } catch (RuntimeException | Error e) {
      frame.release();
      throw e;
    }
    return frame;
  }

  /** The whole frame's size, without what chunks need. */
  long wireBytes() {
    return wireBytes;
  }

  /** The size of the message in it. */
  long messageBytes() {
    return messageBytes;
  }

  /** How much of the frame has not been written. */
  long bytesLeft() {
    return frameLeft;
  }

  /** Gives up the pieces that have not been written. */
  void release() {
    pieces.forEach(ReferenceCountUtil::release);
    pieces.clear();
  }

  /**
   * Writes the next piece, but for its last buffer.
   *
   * @param broken told if a part of the frame cannot be written, as without it the rest is garbage
   * @return that buffer, for the caller to write
   */
  ByteBuf writeButForLast(ChannelHandlerContext ctx, ChannelFutureListener broken) {
    int opened = chunkLeft == 0 ? (int) Math.min(frameLeft, ChunkWriter.MAX_CONTENT_BYTES) : 0;
    chunkLeft += opened;
    int length = Math.min(pieces.element().readableBytes(), chunkLeft);
    // What may fail for want of memory comes before the piece is taken, which is ours until then.
    if (length <= SMALL_PIECE_BYTES) {
      return framed(ctx, opened, length);
    }
    if (opened > 0) {
      ctx.write(head(ctx, opened));
    }
    if (length < chunkLeft) {
      return take(length);
    }
    ByteBuf tail = tail(ctx);
    ctx.write(take(length)).addListener(broken);
    return tail;
  }

  /** The next bytes of the frame. The caller releases them. */
  private ByteBuf take(int length) {
    frameLeft -= length;
    chunkLeft -= length;
    ByteBuf piece = pieces.element();
    return piece.readableBytes() == length ? pieces.remove() : piece.readRetainedSlice(length);
  }

  private ByteBuf framed(ChannelHandlerContext ctx, int opened, int length) {
    int capacity = ChunkWriter.HEAD_BYTES + length + ChunkWriter.TAIL_BYTES;
    ByteBuf buffer = ctx.alloc().directBuffer(capacity, capacity);
    if (opened > 0) {
      openChunk(buffer, opened);
    }
    ByteBuf piece = take(length);
    buffer.writeBytes(piece);
    piece.release();
    if (chunkLeft == 0) {
      ChunkWriter.writeTail(buffer);
    }
    return buffer;
  }

  private static ByteBuf head(ChannelHandlerContext ctx, int contentBytes) {
    ByteBuf head = ctx.alloc().directBuffer(ChunkWriter.HEAD_BYTES, ChunkWriter.HEAD_BYTES);
    openChunk(head, contentBytes);
    return head;
  }

  private static void openChunk(ByteBuf buffer, int contentBytes) {
    ChunkWriter.setHead(buffer, 0, contentBytes);
    buffer.writerIndex(ChunkWriter.HEAD_BYTES);
  }

  private static ByteBuf tail(ChannelHandlerContext ctx) {
    ByteBuf tail = ctx.alloc().directBuffer(ChunkWriter.TAIL_BYTES, ChunkWriter.TAIL_BYTES);
    ChunkWriter.writeTail(tail);
    return tail;
  }
}
