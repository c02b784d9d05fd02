// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose request's head takes too long to arrive: from the connection's
 * beginning on, and later from the first byte of a request on. Runs on the connection's event loop.
 */
final class HeaderDeadline extends ChannelInboundHandlerAdapter {

  private static final Logger log = LoggerFactory.getLogger(HeaderDeadline.class);

  private static final String NAME = "raftwire.headerDeadline";

  private final long limitNanos;

  private @Nullable ScheduledFuture<?> timer;
  private boolean inRequest;
  // Whether bytes came, since the last answer, of which no head has been made.
  private boolean arrived;

  private HeaderDeadline(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /** Puts a deadline on a connection that has just been made. */
  static HeaderDeadline add(Channel channel, Duration limit) {
    HeaderDeadline deadline = new HeaderDeadline(limit);
    channel.pipeline().addFirst(NAME, deadline);
    return deadline;
  }

  /** A request's head is there. */
  static void headArrived(Channel channel) {
    if (channel.pipeline().get(NAME) instanceof HeaderDeadline deadline) {
      deadline.inRequest = true;
      deadline.served();
    }
  }

  /** The request was answered. */
  static void answered(Channel channel) {
    if (channel.pipeline().get(NAME) instanceof HeaderDeadline deadline) {
      deadline.inRequest = false;
    }
  }

  /** A request came, and was answered at once. */
  void served() {
    arrived = false;
    cancel();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    // Before the first head, TLS has a handshake to do, with a deadline of its own as long as this.
    arm(ctx, 2 * limitNanos);
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    arrived = !inRequest;
    ctx.fireChannelRead(message);
  }

  // Most heads come whole, and need no timer.
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    if (arrived && !inRequest && timer == null && ctx.channel().isActive()) {
      arm(ctx, limitNanos);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel();
    ctx.fireChannelInactive();
  }

  private void arm(ChannelHandlerContext ctx, long nanos) {
    timer = ctx.executor().schedule(() -> expired(ctx), nanos, TimeUnit.NANOSECONDS);
  }

  private static void expired(ChannelHandlerContext ctx) {
    log.warn("closed a connection from {}: no request came", ctx.channel().remoteAddress());
    ctx.close();
  }

  private void cancel() {
    ScheduledFuture<?> armed = timer;
    timer = null;
    if (armed != null) {
      armed.cancel(false);
    }
  }
}
