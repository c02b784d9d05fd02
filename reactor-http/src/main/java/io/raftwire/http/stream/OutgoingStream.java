// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

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
import io.raftwire.MessageClass;
import io.raftwire.http.codec.ChunkWriter;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/**
 * One accepted stream: drains the lane into the connection, one flush for whatever waits; a lone
 * message leaves at once.
 *
 * <p>It sits in the pipeline below the HTTP codec, and its output writes the chunks' framing
 * itself, which saves what the codec would spend on each. All of it runs on the connection's event
 * loop, but for {@link #begin} and {@link #end}, which may be called from anywhere.
 */
final class OutgoingStream extends ChannelInboundHandlerAdapter implements StreamOutput.Listener {

  static final String NAME = "raftwire.outgoingStream";

  // Room for a few large frames in one gathering write; what is more waits in the lane.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, StreamOutput.PIECE_BYTES);

  private final StreamType type;
  private final PeerLink link;
  private final Lane lane;
  private final Channel channel;
  private final StreamOutput output;
  private final StreamWriter writer;
  private final Runnable drain = this::drain;

  private @Nullable ChannelHandlerContext context;
  private @Nullable ScheduledFuture<?> ticks;
  private @Nullable Runnable whenEnded;
  private boolean begun;
  private boolean ended;
  private boolean endedUnbegun;
  private boolean draining;
  private boolean endWhenDrained;
  private long beganNanos;
  private long writtenBytes;
  private long lastProgress;
  private long lastProgressNanos;

  OutgoingStream(StreamType type, PeerLink link, Lane lane, Channel channel, StreamWriter writer) {
    this.type = type;
    this.link = link;
    this.lane = lane;
    this.channel = channel;
    this.output = new StreamOutput(type.encoder(link.local(), link.peer()), lane, this);
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
        more = gather(context);
        output.flush(context);
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

  /**
   * Writes what goes with one flush.
   *
   * @return whether there may be more
   */
  private boolean gather(ChannelHandlerContext ctx) {
    while (!output.isFlushDue() && !ended && channel.isWritable()) {
      if (!writeSome(ctx)) {
        return false;
      }
    }
    return true;
  }

  private boolean writeSome(ChannelHandlerContext ctx) {
    if (link.isCut() && !output.isMidFrame()) {
      dropAll();
      return false;
    }
    return output.writeSome(ctx);
  }

  private void dropAll() {
    Message unsent = output.giveBack();
    if (unsent != null) {
      int size = unsent.getSerializedSize();
      link.recorder().dropped(type.channel(), MessageClass.of(unsent), DropReason.PAUSED, 1, size);
    }
    lane.clear(DropReason.PAUSED);
  }

  @Override
  public void written(long wireBytes, long messages, long messageBytes) {
    writtenBytes += wireBytes;
    if (messages > 0) {
      link.recorder().sent(type.channel(), messages, messageBytes, wireBytes);
    }
    if (endWhenDrained) {
      endIfDrained();
    }
  }

  @Override
  public void dropped(long messages, long messageBytes) {
    link.dropped(type.channel(), type.usualClass(), DropReason.STREAM_LOST, messages, messageBytes);
  }

  @Override
  public void broken(Throwable cause) {
    end(
        new LinkFailure(
            type.channel(), "write", Reason.BROKEN, String.valueOf(cause.getMessage()), cause));
  }

  // ---- life signs ------------------------------------------------------------------------------

  private void tick() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    long now = System.nanoTime();
    if (outbound == null || (outbound.totalPendingWriteBytes() == 0 && !output.isMidFrame())) {
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
    output.writeLinkHeartbeat(ctx);
    output.flush(ctx);
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
    if (!ended && written && output.isEmpty() && lane.messages() == 0) {
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
    boolean midFrame = output.isMidFrame();
    if (begun) {
      output.close();
      lane.relinquish();
    }
    close(midFrame);
    writer.ended(this, cause, begun);
    if (begun) {
      relinquish();
    }
  }

  private void close(boolean midFrame) {
    ChannelHandlerContext ctx = context;
    if (ctx != null && !midFrame && channel.isActive() && channel.isWritable()) {
      ctx.writeAndFlush(ChunkWriter.lastChunk()).addListener(ChannelFutureListener.CLOSE);
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
