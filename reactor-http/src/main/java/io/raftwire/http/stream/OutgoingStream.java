// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
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
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;

/**
 * One accepted stream: drains the lane into the connection, one flush for whatever waits; a lone
 * message leaves at once.
 *
 * <p>It sits in the pipeline below the HTTP codec, and its output writes the chunks' framing
 * itself, which saves what the codec would spend on each. All of it runs on the connection's event
 * loop, but for {@link #begin} and {@link #end}, which may be called from anywhere, and for a lone
 * message: while the stream rests, the thread that sends one writes it itself, see {@link
 * WriteTurn}.
 */
final class OutgoingStream extends ChannelDuplexHandler implements StreamOutput.Listener {

  static final String NAME = "raftwire.outgoingStream";

  // Room for a piece of a large frame, or for a few batches; what is more waits in the lane.
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, StreamOutput.PIECE_BYTES);

  // What the kernel takes in advance, which would be MiBs: that has left the processor's cache when
  // it is sent, and is lost with the stream. In the lane it is counted and bounded, waits for the
  // next stream, and what is urgent finds room.
  private static final long NOT_SENT_BYTES = 128 * 1024;

  // What else the event loop has to do, reading among it, shall not wait for a lane to be empty.
  private static final int TURN_FLUSHES = 16;

  private final StreamType type;
  private final PeerLink link;
  private final Lane lane;
  private final Channel channel;
  private final StreamOutput output;
  private final WriteWatchdog watchdog;
  private final StreamWriter writer;
  private final WriteTurn turn;
  private final BooleanSupplier asSender = this::writeAsSender;

  private @Nullable DirectSocket socket;
  // Why a sender could not write. Belongs to who has the turn, as the output does.
  private @Nullable Throwable senderFailure;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Runnable whenEnded;
  private boolean begun;
  private boolean ended;
  private boolean endedUnbegun;
  private boolean draining;
  private boolean endWhenDrained;
  private boolean closing;
  private long beganNanos;

  OutgoingStream(StreamType type, PeerLink link, Lane lane, Channel channel, StreamWriter writer) {
    this.type = type;
    this.link = link;
    this.lane = lane;
    this.channel = channel;
    this.output = new StreamOutput(type.encoder(link.local(), link.peer()), lane, this);
    this.watchdog = new WriteWatchdog(type, link, output);
    this.writer = writer;
    this.turn = new WriteTurn(channel.eventLoop(), this::drain);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.channel().config().setWriteBufferWaterMark(WATER_MARK);
    // Without epoll there is no such option, and this does nothing.
    ctx.channel().config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, NOT_SENT_BYTES);
    socket = DirectSocket.below(this, channel);
  }

  /** Begins to drain the lane, when no other stream does any more. */
  void begin() {
    turn.run(
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
          watchdog.begin(channel.eventLoop(), this::tick);
          writer.begun(this);
          lane.onAvailable(this::wake);
          rest();
        });
  }

  /**
   * Ends the stream, the lane left to whoever comes next.
   *
   * @param then runs when this stream does not touch the lane any more
   */
  void end(Reason reason, String detail, Runnable then) {
    turn.run(
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
    turn.run(
        () -> {
          endWhenDrained = true;
          drain();
          endIfDrained();
        });
  }

  /** Called by the thread that sends. */
  private void wake() {
    if (socket == null || !turn.writeHere(asSender)) {
      turn.writeOnLoop();
    }
  }

  private boolean writeAsSender() {
    DirectSocket direct = socket;
    try {
      return direct != null
          && !link.isCut()
          && output.writeTo(direct, channel.alloc())
          && lane.idle();
    } catch (Throwable e) {
      senderFailure = e;
      return false;
    }
  }

  long ageNanos() {
    return System.nanoTime() - beganNanos;
  }

  // ---- the loop ------------------------------------------------------------------------------

  private void drain() {
    if (ended || draining || context == null || !begun) {
      return;
    }
    draining = true;
    try {
      throwSenderFailure();
      boolean more = !writeDirect();
      int flushes = 0;
      while (!ended && (more || !lane.idle())) {
        if (flushes++ == TURN_FLUSHES) {
          turn.writeOnLoopLater();
          return;
        }
        more = gather(context);
        output.flush(context);
        if (!channel.isWritable()) {
          // The lane stays awake: channelWritabilityChanged goes on from here.
          return;
        }
      }
    } catch (Throwable e) {
      fail(e);
      Exceptions.throwIfFatal(e);
    } finally {
      draining = false;
      if (endWhenDrained) {
        endIfDrained();
      }
    }
    rest();
  }

  /**
   * Writes what waits past the channel, if that is little and nothing is before it.
   *
   * @return false if there may be more
   */
  private boolean writeDirect() {
    DirectSocket direct = socket;
    return direct != null
        && !link.isCut()
        && output.isEmpty()
        && direct.isFree()
        && output.writeTo(direct, channel.alloc());
  }

  /** Whatever it was, the lane must not stay with a stream that has lost its place. */
  private void fail(Throwable cause) {
    end(new LinkFailure(type.channel(), "encode", Reason.PROTOCOL, cause.toString(), cause));
  }

  private void tick() {
    ChannelHandlerContext ctx = context;
    if (ctx == null || !turn.takeByLoop()) {
      return;
    }
    try {
      LinkFailure stalled = watchdog.watch(ctx);
      if (stalled != null) {
        end(stalled);
      }
    } catch (Throwable e) {
      fail(e);
    }
    rest();
  }

  private void throwSenderFailure() throws Throwable {
    Throwable failure = senderFailure;
    senderFailure = null;
    if (failure != null) {
      throw failure;
    }
  }

  /** Leaves the turn to whoever sends next, if nothing is left to be done here. */
  private void rest() {
    DirectSocket direct = socket;
    boolean busy = !begun || ended || closing || draining || endWhenDrained || !output.isEmpty();
    if (direct != null && !busy && direct.isFree()) {
      turn.rest();
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
    watchdog.written(wireBytes);
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

  // ---- what the connection tells --------------------------------------------------------------

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      turn.run(this::drain);
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
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      // Not closed by Netty, because of the direct socket.
      channel.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  /** Whoever closes the connection, its descriptor must not be closed while a sender uses it. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    turn.run(
        () -> {
          closing = true;
          ctx.close(promise);
        });
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

  // ---- the end --------------------------------------------------------------------------------

  private void endIfDrained() {
    ChannelOutboundBuffer outbound = channel.unsafe().outboundBuffer();
    boolean written = outbound == null || outbound.totalPendingWriteBytes() == 0;
    if (!ended && !draining && written && output.isEmpty() && lane.messages() == 0) {
      end(LinkFailure.of(type.channel(), "write", Reason.LOCAL, "the stream was ended here"));
    }
  }

  private void end(LinkFailure cause) {
    turn.run(() -> endInTurn(cause));
  }

  private void endInTurn(LinkFailure cause) {
    if (ended) {
      return;
    }
    ended = true;
    watchdog.end();
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
