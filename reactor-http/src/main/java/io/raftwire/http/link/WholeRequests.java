// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Answers requests that arrive whole and need nothing but an answer, before Reactor Netty's server
 * sees them: what it does for a request costs more than all that a small one needs. The server gets
 * every other request as it came.
 */
public final class WholeRequests extends ChannelDuplexHandler {

  private static final String NAME = "raftwire.wholeRequests";

  /** Answers whole requests of one kind, on their connection's event loop. */
  public interface Endpoint {

    /**
     * Whether a request is of that kind, should its body come along.
     *
     * @param request plain HTTP/1.1 without anything said about the connection
     */
    boolean takes(HttpRequest request);

    /**
     * The answer to a request; null if it takes time, which leaves it to the server.
     *
     * @param body is read, and stays the caller's; the server sees the request without it
     */
    @Nullable FullHttpResponse answer(Channel channel, HttpRequest request, ByteBuf body);
  }

  private final List<Endpoint> endpoints;
  private final Runnable onServed;

  // A request whose body has not been seen, and who takes it; only while what was read is decoded.
  private @Nullable HttpRequest head;
  private @Nullable Endpoint endpoint;
  // Requests that the server has and has not answered yet; none may overtake them.
  private int passed;

  private WholeRequests(List<Endpoint> endpoints, Runnable onServed) {
    this.endpoints = endpoints;
    this.onServed = onServed;
  }

  /**
   * Puts it in front of the server on a connection that has just been made.
   *
   * @param onServed told when a request was answered that the server has not seen
   */
  public static void add(Channel channel, List<Endpoint> endpoints, Runnable onServed) {
    channel
        .pipeline()
        .addBefore(NettyPipeline.HttpTrafficHandler, NAME, new WholeRequests(endpoints, onServed));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    HttpRequest begun = head;
    Endpoint taker = endpoint;
    if (begun != null && taker != null) {
      head = null;
      if (message instanceof LastHttpContent body && body.decoderResult().isSuccess()) {
        take(ctx, taker, begun, body);
      } else {
        pass(ctx, begun);
        ctx.fireChannelRead(message);
      }
    } else if (message instanceof HttpRequest request) {
      endpoint = passed == 0 && isPlain(request) ? endpoint(request) : null;
      if (endpoint == null) {
        pass(ctx, request);
      } else {
        head = request;
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

  private static boolean isPlain(HttpRequest request) {
    HttpHeaders headers = request.headers();
    return request.decoderResult().isSuccess()
        && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        && !headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
        && !headers.contains(HttpHeaderNames.CONNECTION)
        && !headers.contains(HttpHeaderNames.EXPECT);
  }

  private @Nullable Endpoint endpoint(HttpRequest request) {
    for (Endpoint candidate : endpoints) {
      if (candidate.takes(request)) {
        return candidate;
      }
    }
    return null;
  }

  private void take(
      ChannelHandlerContext ctx, Endpoint taker, HttpRequest request, LastHttpContent body) {
    FullHttpResponse answer;
    try {
      answer = taker.answer(ctx.channel(), request, body.content());
    } finally {
      body.release();
    }
    if (answer == null) {
      pass(ctx, request);
      ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
      return;
    }
    onServed.run();
    ctx.writeAndFlush(answer, ctx.voidPromise());
    ctx.read();
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
