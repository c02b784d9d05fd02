// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.Refusal;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Answers POSTs that arrive whole and whose messages are taken at once, which is nearly all of
 * them, before Reactor Netty's server sees them: what it does for a request costs more than all
 * that a small message needs. It gets every other request as it came; and a POST whose message is
 * with raft, or refused, without its body but with {@linkplain #outcome what becomes of it}.
 */
public final class WholePosts extends ChannelDuplexHandler {

  private static final String NAME = "raftwire.wholePosts";
  private static final AttributeKey<CompletableFuture<@Nullable Refusal>> OUTCOME =
      AttributeKey.valueOf(WholePosts.class, "outcome");

  private final PipelineHandler handler;
  private final long maxBytes;
  private final HttpHeaders answerHeaders = new DefaultHttpHeaders();
  private final Runnable onServed;

  // Of a POST whose body has not been seen; only while what was read is being decoded.
  private @Nullable HttpRequest head;
  // Requests that the server has and has not answered yet; none may overtake them.
  private int passed;

  private WholePosts(PipelineHandler handler, RaftHttpConfig config, Runnable onServed) {
    this.handler = handler;
    this.maxBytes = config.limits().maxMessageBytes();
    this.onServed = onServed;
    PeerHeaders.clusterId(answerHeaders, config.clusterId());
  }

  /**
   * Puts it in front of the server on a connection that has just been made.
   *
   * @param onServed told when a request was answered that the server has not seen
   */
  static void add(
      Channel channel, PipelineHandler handler, RaftHttpConfig config, Runnable onServed) {
    channel
        .pipeline()
        .addBefore(
            NettyPipeline.HttpTrafficHandler, NAME, new WholePosts(handler, config, onServed));
  }

  /**
   * What becomes of a request whose body was dealt with before: why it is refused, or nothing once
   * raft has taken the message. Null if nothing was done; asked once a request.
   */
  static @Nullable CompletableFuture<@Nullable Refusal> outcome(HttpServerRequest request) {
    Channel[] channel = new Channel[1];
    request.withConnection(connection -> channel[0] = connection.channel());
    return channel[0].attr(OUTCOME).getAndSet(null);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    HttpRequest begun = head;
    if (begun != null) {
      head = null;
      if (message instanceof LastHttpContent body && body.decoderResult().isSuccess()) {
        take(ctx, begun, body);
      } else {
        pass(ctx, begun);
        ctx.fireChannelRead(message);
      }
    } else if (message instanceof HttpRequest request) {
      if (passed == 0 && isPlainPost(request)) {
        head = request;
      } else {
        pass(ctx, request);
      }
    } else {
      ctx.fireChannelRead(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    HttpRequest begun = head;
    if (begun != null) {
      head = null;
      pass(ctx, begun);
    }
    ctx.fireChannelReadComplete();
  }

  private boolean isPlainPost(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.decoderResult().isSuccess()
        && request.method().equals(HttpMethod.POST)
        && request.uri().equals(Pipeline.PATH)
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && headers.getInt(HttpHeaderNames.CONTENT_LENGTH, Integer.MAX_VALUE) <= maxBytes
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !headers.contains(HttpHeaderNames.CONNECTION)
        && !headers.contains(HttpHeaderNames.EXPECT);
  }

  private void take(ChannelHandlerContext ctx, HttpRequest request, LastHttpContent body) {
    CompletableFuture<@Nullable Refusal> outcome;
    try {
      outcome = handler.take(request.headers(), body.content());
    } finally {
      body.release();
    }
    if (isTaken(outcome)) {
      onServed.run();
      ctx.writeAndFlush(answer(), ctx.voidPromise());
      ctx.read();
      return;
    }
    ctx.channel().attr(OUTCOME).set(outcome);
    pass(ctx, request);
    ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
  }

  private static boolean isTaken(CompletableFuture<@Nullable Refusal> outcome) {
    return outcome.isDone() && !outcome.isCompletedExceptionally() && outcome.join() == null;
  }

  private HttpResponse answer() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.NO_CONTENT,
        Unpooled.EMPTY_BUFFER,
        answerHeaders,
        EmptyHttpHeaders.INSTANCE);
  }

  private void pass(ChannelHandlerContext ctx, HttpRequest request) {
    passed++;
    ctx.fireChannelRead(request);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (passed > 0 && message instanceof LastHttpContent && !isInformational(message)) {
      passed--;
    }
    ctx.write(message, promise);
  }

  private static boolean isInformational(Object message) {
    return message instanceof HttpResponse response
        && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
  }
}
