// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AttributeKey;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.Refusal;
import io.raftwire.http.link.WholeRequests;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Answers the POSTs whose messages are taken at once, which is nearly all of them. The server gets
 * one whose message is with raft, or refused, with {@linkplain #outcome what becomes of it}.
 */
final class WholePosts implements WholeRequests.Endpoint {

  private static final AttributeKey<CompletableFuture<@Nullable Refusal>> OUTCOME =
      AttributeKey.valueOf(WholePosts.class, "outcome");

  private final PipelineHandler handler;
  private final long maxBytes;
  private final HttpHeaders answerHeaders = new DefaultHttpHeaders();

  WholePosts(PipelineHandler handler, RaftHttpConfig config) {
    this.handler = handler;
    this.maxBytes = config.limits().maxMessageBytes();
    PeerHeaders.clusterId(answerHeaders, config.clusterId());
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
  public boolean takes(HttpRequest request) {
    return request.method().equals(HttpMethod.POST)
        && request.uri().equals(Pipeline.PATH)
        && request.headers().getInt(HttpHeaderNames.CONTENT_LENGTH, Integer.MAX_VALUE) <= maxBytes;
  }

  @Override
  public @Nullable FullHttpResponse answer(Channel channel, HttpRequest request, ByteBuf body) {
    CompletableFuture<@Nullable Refusal> outcome = handler.take(request.headers(), body);
    if (outcome.isDone() && !outcome.isCompletedExceptionally() && outcome.join() == null) {
      return new DefaultFullHttpResponse(
          HttpVersion.HTTP_1_1,
          HttpResponseStatus.NO_CONTENT,
          Unpooled.EMPTY_BUFFER,
          answerHeaders,
          EmptyHttpHeaders.INSTANCE);
    }
    channel.attr(OUTCOME).set(outcome);
    return null;
  }
}
