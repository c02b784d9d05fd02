// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.raftwire.http.link.WholeRequests;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers probes, to anybody: as peers send them at once, and otherwise through the server. */
public final class ProbeHandler implements WholeRequests.Endpoint {

  // The type Go's server guesses for the same body.
  private static final String CONTENT_TYPE = "text/plain; charset=utf-8";

  private final Clock clock;

  /** A handler that tells the time of a clock. */
  public ProbeHandler(Clock clock) {
    this.clock = clock;
  }

  /** Answers one request to {@code /raft/probing}. */
  public Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    return response
        .header(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
        .sendString(Mono.fromSupplier(this::health));
  }

  @Override
  public boolean takes(HttpRequest request) {
    return request.method().equals(HttpMethod.GET)
        && request.uri().equals(Prober.PATH)
        && !request.headers().contains(HttpHeaderNames.CONTENT_LENGTH);
  }

  @Override
  public FullHttpResponse answer(Channel channel, HttpRequest request, ByteBuf body) {
    // Not character by character.
    byte[] text = health().getBytes(StandardCharsets.ISO_8859_1);
    ByteBuf health = channel.alloc().directBuffer(text.length).writeBytes(text);
    FullHttpResponse response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, health);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, CONTENT_TYPE)
        .set(HttpHeaderNames.CONTENT_LENGTH, health.readableBytes());
    return response;
  }

  private String health() {
    return new Health(true, clock.instant()).toJson();
  }
}
