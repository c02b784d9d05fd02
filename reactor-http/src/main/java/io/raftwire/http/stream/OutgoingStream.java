// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.http.codec.FrameBatch;
import io.raftwire.http.codec.StreamEncoder;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/**
 * One accepted stream: drains the lane into the connection. Whatever waits goes into one pooled
 * buffer, as one HTTP chunk, with one flush; a lone message leaves at once.
 *
 * <p>It sits in the pipeline below the HTTP codec and writes the chunks' framing itself, which
 * saves what the codec would spend on each. All of it runs on the connection's event loop, but for
 * {@link #begin} and {@link #end}, which may be called from anywhere.
 */
final class OutgoingStream extends ChannelInboundHandlerAdapter {

  static final String NAME = "raftwire.outgoingStream";

  /** How much is gathered before it is flushed; within what Netty's pool keeps for each thread. */
  private static final int BATCH_BYTES = 32 * 1024;

  /** How large the pieces of a frame are that is too large for a batch. */
  private static final int PIECE_BYTES = 256 * 1024;

  // Room for a few large frames in one gathering write; what is more waits in the lane.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, PIECE_BYTES);

  // "7fff\r\n" with zeros in front, so that a batch's length can be filled in when it is known.
  private static final int CHUNK_HEAD_BYTES = 8;
  private static final int CHUNK_TAIL = ('\r' << 8) | '\n';
  private static final ByteBuf LAST_CHUNK =
      Unpooled.unreleasableBuffer(
          Unpooled.wrappedBuffer("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)).asReadOnly());

  // A guess at what a frame needs beyond its message, to size a batch for what waits.
  private static final int FRAME_OVERHEAD = 40;
  private static final int MIN_BATCH_BYTES = 512;

  private final StreamType type;
  private final PeerLink link;
  private final Lane lane;
  private final Channel channel;
  private final StreamEncoder encoder;
  private final StreamWriter writer;
  private final Runnable drain = this::drain;
  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();

  private @Nullable ChannelHandlerContext context;
  private @Nullable ScheduledFuture<?> ticks;
  private @Nullable Runnable whenEnded;
  private @Nullable Message carried;
  private boolean begun;
  private boolean ended;
  private boolean endedUnbegun;
  private boolean draining;
  private boolean endWhenDrained;
  private long largeWireBytes;
  private long largeMessageBytes;
  private long beganNanos;
  private long writtenBytes;
  private long lastProgress;
  private long lastProgressNanos;

  OutgoingStream(StreamType type, PeerLink link, Lane lane, Channel channel, StreamWriter writer) {
    this.type = type;
    this.link = link;
    this.lane = lane;
    this.channel = channel;
    this.encoder = type.encoder(link.local(), link.peer());
    this.writer = writer;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.channel().config().setWriteBufferWaterMark(WATER_MARK);
  }

  /** Begins to drain the lane, when no other stream does any more. */
  void begin() {
    onLoop(
        () -> {
          if (ended) {
            endedUnbegun = true;
            relinquish();
            return;
          }
          if (!lane.claim()) {
            // Whoever has it is about to give it up: a stream that ends, or a lane being cleared.
            channel.eventLoop().execute(this::begin);
            return;
          }
          begun = true;
          beganNanos = System.nanoTime();
          lastProgressNanos = beganNanos;
          long every = link.config().timeouts().linkHeartbeat().toNanos();
          ticks =
              channel
                  .eventLoop()
                  .scheduleAtFixedRate(this::tick, every, every, TimeUnit.NANOSECONDS);
          writer.begun(this);
          lane.onAvailable(this::wake);
        });
  }

  /**
   * Ends the stream, the lane left to whoever comes next.
   *
   * @param then runs when this stream does not touch the lane any more
   */
  void end(Reason reason, String detail, Runnable then) {
    onLoop(
        () -> {
          if (ended && (begun || endedUnbegun)) {
            then.run();
            return;
          }
          whenEnded = then;
          end(LinkFailure.of(type.channel(), "write", reason, detail));
        });
  }

  /** Ends the stream as soon as all that waits has been written. */
  void endWhenDrained() {
    onLoop(
        () -> {
          endWhenDrained = true;
          drain();
          endIfDrained();
        });
  }

  private void wake() {
    try {
      channel.eventLoop().execute(drain);
    } catch (RejectedExecutionException e) {
      // The event loops are ended, and with them this stream.
    }
  }

  long ageNanos() {
    return System.nanoTime() - beganNanos;
  }

  private void onLoop(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
    } else {
      channel.eventLoop().execute(task);
    }
  }

  // ---- the loop ------------------------------------------------------------------------------

  private void drain() {
    if (ended || draining || context == null || !begun) {
      return;
    }
    draining = true;
    try {
      boolean more = true;
      while (!ended && (more || !lane.idle())) {
        while (!ended && channel.isWritable() && (more = writeSome(context))) {
          // writes on
        }
        context.flush();
        if (!channel.isWritable()) {
          // The lane stays awake: channelWritabilityChanged goes on from here.
          return;
        }
      }
    } catch (Throwable e) {
      // Whatever it was, the lane must not stay with a stream that has lost its place.
      end(new LinkFailure(type.channel(), "encode", Reason.PROTOCOL, e.toString(), e));
      Exceptions.throwIfFatal(e);
    } finally {
      draining = false;
    }
  }

  private boolean writeSome(ChannelHandlerContext ctx) {
    if (!pieces.isEmpty()) {
      writePiece(ctx);
      return true;
    }
    if (link.isCut()) {
      if (carried != null) {
        lane.release(1, carried.getSerializedSize());
        carried = null;
      }
      lane.clear(DropReason.PAUSED);
      return false;
    }
    Message first = next();
    if (first == null) {
      return false;
    }
    long size = encoder.frameSize(first);
    if (size <= BATCH_BYTES - CHUNK_HEAD_BYTES - 2) {
      writeBatch(ctx, first, (int) size);
    } else if (size <= PIECE_BYTES) {
      writeAlone(ctx, first, (int) size);
    } else {
      writeLarge(ctx, first, size);
    }
    return true;
  }

  private @Nullable Message next() {
    Message next = carried;
    if (next != null) {
      carried = null;
      return next;
    }
    return lane.poll();
  }

  private void writeBatch(ChannelHandlerContext ctx, Message first, int firstSize) {
    ByteBuf buffer = ctx.alloc().directBuffer(batchCapacity(firstSize), BATCH_BYTES);
    long messages = 0;
    long messageBytes = 0;
    Message next = first;
    try {
      buffer.writerIndex(CHUNK_HEAD_BYTES);
      FrameBatch batch = new FrameBatch(buffer, buffer.capacity() - CHUNK_HEAD_BYTES - 2);
      while (next != null && encoder.encode(next, batch)) {
        messages++;
        messageBytes += next.getSerializedSize();
        next = lane.poll();
      }
      carried = next;
      batch.finish();
    } catch (RuntimeException e) {
      buffer.release();
      messages += next == null ? 0 : 1;
      messageBytes += next == null ? 0 : next.getSerializedSize();
      lane.release(messages, messageBytes);
      dropped(messages, messageBytes);
      throw e;
    }
    lane.release(messages, messageBytes);
    write(ctx, buffer, messages, messageBytes);
  }

  private int batchCapacity(int firstSize) {
    long waiting =
        lane.bytes() + lane.messages() * FRAME_OVERHEAD + firstSize + CHUNK_HEAD_BYTES + 2;
    return (int) Math.min(BATCH_BYTES, Math.max(MIN_BATCH_BYTES, waiting));
  }

  /**
   * Writes a frame that fills a batch by itself into a buffer of its own; some of them may go with
   * one flush, as far as the connection's watermark allows.
   */
  private void writeAlone(ChannelHandlerContext ctx, Message message, int size) {
    int capacity = CHUNK_HEAD_BYTES + size + 2;
    ByteBuf buffer = ctx.alloc().directBuffer(capacity, capacity);
    try {
      buffer.writerIndex(CHUNK_HEAD_BYTES);
      FrameBatch batch = new FrameBatch(buffer, size);
      if (!encoder.encode(message, batch)) {
        throw new IllegalStateException("a frame that is larger than it was said to be");
      }
      batch.finish();
    } catch (RuntimeException e) {
      buffer.release();
      throw e;
    }
    long messageBytes = message.getSerializedSize();
    lane.release(1, messageBytes);
    int length = closeChunk(buffer);
    ctx.write(buffer).addListener(written(length, 1, messageBytes));
  }

  private void write(ChannelHandlerContext ctx, ByteBuf buffer, long messages, long messageBytes) {
    int length = closeChunk(buffer);
    ctx.writeAndFlush(buffer).addListener(written(length, messages, messageBytes));
  }

  /** Closes the chunk that fills the buffer from behind its head on. */
  private static int closeChunk(ByteBuf buffer) {
    int length = buffer.readableBytes() - CHUNK_HEAD_BYTES;
    writeChunkHead(buffer, 0, length);
    buffer.writeShort(CHUNK_TAIL);
    return length;
  }

  private static void writeChunkHead(ByteBuf buffer, int index, int length) {
    for (int digit = 0; digit < CHUNK_HEAD_BYTES - 2; digit++) {
      int nibble = (length >>> (4 * (CHUNK_HEAD_BYTES - 3 - digit))) & 0xf;
      buffer.setByte(index + digit, nibble < 10 ? '0' + nibble : 'a' + nibble - 10);
    }
    buffer.setShort(index + CHUNK_HEAD_BYTES - 2, CHUNK_TAIL);
  }

  private ChannelFutureListener written(long wireBytes, long messages, long messageBytes) {
    return future -> {
      if (future.isSuccess()) {
        writtenBytes += wireBytes;
        if (messages > 0) {
          link.recorder().sent(type.channel(), messages, messageBytes, wireBytes);
        }
        if (endWhenDrained) {
          endIfDrained();
        }
        return;
      }
      if (messages > 0) {
        dropped(messages, messageBytes);
      }
      Throwable cause = future.cause();
      end(
          new LinkFailure(
              type.channel(), "write", Reason.BROKEN, String.valueOf(cause.getMessage()), cause));
    };
  }

  // ---- frames that are too large for a batch ---------------------------------------------------

  private void writeLarge(ChannelHandlerContext ctx, Message message, long size) {
    encoder.encodeLarge(message, PIECE_BYTES, pieces::add);
    long messageBytes = message.getSerializedSize();
    lane.release(1, messageBytes);
    largeWireBytes = size;
    largeMessageBytes = messageBytes;
    writePiece(ctx);
  }

  private void writePiece(ChannelHandlerContext ctx) {
    ByteBuf piece = pieces.remove();
    int length = piece.readableBytes();
    ByteBuf head = ctx.alloc().directBuffer(CHUNK_HEAD_BYTES, CHUNK_HEAD_BYTES);
    writeChunkHead(head, 0, length);
    head.writerIndex(CHUNK_HEAD_BYTES);
    ctx.write(head);
    ctx.write(piece);
    ByteBuf tail = ctx.alloc().directBuffer(2, 2).writeShort(CHUNK_TAIL);
    boolean last = pieces.isEmpty();
    ctx.write(tail)
        .addListener(last ? written(largeWireBytes, 1, largeMessageBytes) : written(length, 0, 0));
  }

  // ---- life signs ------------------------------------------------------------------------------

  private void tick() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    long now = System.nanoTime();
    if (outbound == null || (outbound.totalPendingWriteBytes() == 0 && pieces.isEmpty())) {
      lastProgressNanos = now;
      writeLinkHeartbeat();
      return;
    }
    long progress = writtenBytes + outbound.currentProgress();
    if (progress != lastProgress) {
      lastProgress = progress;
      lastProgressNanos = now;
      return;
    }
    long limit = link.config().timeouts().write().toNanos();
    if (now - lastProgressNanos > limit && link.liveness().silentNanos() > limit) {
      end(
          LinkFailure.of(
              type.channel(),
              "write",
              Reason.WRITE_STALLED,
              "no progress for "
                  + TimeUnit.NANOSECONDS.toMillis(now - lastProgressNanos)
                  + " ms, and no sign of life from the peer"));
    }
  }

  private void writeLinkHeartbeat() {
    ChannelHandlerContext ctx = context;
    if (ended || ctx == null) {
      return;
    }
    ByteBuf buffer = ctx.alloc().directBuffer(MIN_BATCH_BYTES, MIN_BATCH_BYTES);
    buffer.writerIndex(CHUNK_HEAD_BYTES);
    FrameBatch batch = new FrameBatch(buffer, MIN_BATCH_BYTES - CHUNK_HEAD_BYTES - 2);
    encoder.encodeLinkHeartbeat(batch);
    batch.finish();
    write(ctx, buffer, 0, 0);
  }

  // ---- what the connection tells
  // -----------------------------------------------------------------

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      drain();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    // A stream's request is the last thing its connection carries in this direction.
    ReferenceCountUtil.release(message);
    end(
        LinkFailure.of(
            type.channel(), "read", Reason.PROTOCOL, "bytes after the request (expected: none)"));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end(
        LinkFailure.of(
            type.channel(), "write", Reason.CLOSED_BY_PEER, "the connection was closed"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    end(
        new LinkFailure(
            type.channel(), "write", Reason.BROKEN, String.valueOf(cause.getMessage()), cause));
  }

  // ---- the end
  // -----------------------------------------------------------------------------------

  private void endIfDrained() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    boolean written = outbound == null || outbound.totalPendingWriteBytes() == 0;
    if (!ended && written && pieces.isEmpty() && carried == null && lane.messages() == 0) {
      end(LinkFailure.of(type.channel(), "write", Reason.LOCAL, "the stream was ended here"));
    }
  }

  private void end(LinkFailure cause) {
    if (ended) {
      return;
    }
    ended = true;
    if (ticks != null) {
      ticks.cancel(false);
    }
    boolean midFrame = !pieces.isEmpty();
    pieces.forEach(ReferenceCountUtil::release);
    pieces.clear();
    if (begun) {
      Message unsent = carried;
      carried = null;
      if (unsent != null) {
        lane.release(1, unsent.getSerializedSize());
        dropped(1, unsent.getSerializedSize());
      }
      if (midFrame) {
        dropped(1, largeMessageBytes);
      }
      lane.relinquish();
    }
    close(midFrame);
    writer.ended(this, cause, begun);
    if (begun) {
      relinquish();
    }
  }

  private void dropped(long messages, long bytes) {
    link.dropped(type.channel(), type.usualClass(), DropReason.STREAM_LOST, messages, bytes);
  }

  private void close(boolean midFrame) {
    ChannelHandlerContext ctx = context;
    if (ctx != null && !midFrame && channel.isActive() && channel.isWritable()) {
      ctx.writeAndFlush(LAST_CHUNK.duplicate()).addListener(ChannelFutureListener.CLOSE);
      // What was written before may never be read by a peer that is stuck.
      long limit = link.config().timeouts().write().toNanos();
      ScheduledFuture<?> deadline =
          channel.eventLoop().schedule((Runnable) channel::close, limit, TimeUnit.NANOSECONDS);
      channel.closeFuture().addListener(closed -> deadline.cancel(false));
    } else {
      channel.close();
    }
  }

  private void relinquish() {
    Runnable then = whenEnded;
    whenEnded = null;
    if (then != null) {
      then.run();
    }
  }
}
