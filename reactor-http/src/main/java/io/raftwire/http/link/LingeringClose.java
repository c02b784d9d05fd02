// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Closes a connection whose request is answered before its body was read: says that nothing more
 * follows, but reads on for a while and throws away what comes. A connection that is closed on
 * unread bytes is reset, and then the caller may never see the answer.
 */
public final class LingeringClose extends ChannelDuplexHandler {

  private static final String NAME = "raftwire.lingeringClose";
  private static final Duration LINGER = Duration.ofSeconds(2);

  private boolean lingering;

  private LingeringClose() {}

  /** Discards the rest of the request, and lingers when its connection is closed. */
  static void install(HttpServerRequest request) {
    request.withConnection(connection -> install(connection.channel()));
    // What has been decoded already is released by being read; the rest does not get so far.
    request.receive().subscribe(discarded -> {}, readBefore -> {});
  }

  /** Closes a connection without lingering, even if it does so already. */
  public static void closeAtOnce(Channel channel) {
    try {
      channel
          .eventLoop()
          .execute(
              () -> {
                if (channel.pipeline().get(NAME) != null) {
                  channel.pipeline().remove(NAME);
                }
                channel.close();
              });
    } catch (RejectedExecutionException e) {
      channel.close(); // Its event loop has ended before, and it with that.
    }
  }

  private static void install(Channel channel) {
    if (channel.pipeline().get(NettyPipeline.HttpCodec) != null
        && channel.pipeline().get(NAME) == null) {
      channel.pipeline().addBefore(NettyPipeline.HttpCodec, NAME, new LingeringClose());
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
  }

  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    Channel channel = ctx.channel();
    if (!channel.isActive()) {
      ctx.close(promise);
      return;
    }
    channel.closeFuture().addListener(closed -> promise.trySuccess());
    // Reactor Netty closes twice; the second is no reason to hurry.
    if (lingering) {
      return;
    }
    lingering = true;
    if (channel instanceof DuplexChannel duplex && ctx.pipeline().get(SslHandler.class) == null) {
      duplex.shutdownOutput();
    }
    ScheduledFuture<?> deadline =
        ctx.executor().schedule(() -> closeNow(ctx), LINGER.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> deadline.cancel(false));
  }

  private static void closeNow(ChannelHandlerContext ctx) {
    ctx.close();
  }
}
