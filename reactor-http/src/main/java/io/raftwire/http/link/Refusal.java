// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An answer that refuses a request, with the texts rafthttp gives and its callers look at. */
public record Refusal(HttpResponseStatus status, String text, @Nullable String allow) {

  /** The remote's version and this one's do not go together. */
  public static final String INCOMPATIBLE_VERSION = "incompatible version";

  /** The remote belongs to another cluster. */
  public static final String CLUSTER_ID_MISMATCH = "cluster ID mismatch";

  /** A refusal with a status and a text, to which a newline is added. */
  public Refusal(HttpResponseStatus status, String text) {
    this(status, text, null);
  }

  /** A wrong method. */
  public static Refusal methodNotAllowed(String allowed) {
    return new Refusal(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method Not Allowed", allowed);
  }

  /** Sends it in answer to a request whose body has been read, or that has none. */
  public Mono<Void> send(HttpServerResponse response) {
    return head(response).send(Mono.fromSupplier(this::body)).then();
  }

  /**
   * Sends it in answer to a request whose body may still be on its way, and ends the connection.
   */
  public Mono<Void> sendAndClose(HttpServerRequest request, HttpServerResponse response) {
    return Mono.defer(
        () -> {
          LingeringClose.install(request);
          return send(response.keepAlive(false));
        });
  }

  private HttpServerResponse head(HttpServerResponse response) {
    if (allow != null) {
      response.header(HttpHeaderNames.ALLOW, allow);
    }
    return response
        .status(status)
        .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .header("X-Content-Type-Options", "nosniff");
  }

  // Not pooled: Reactor Netty does not release what it cannot send on a connection that is gone.
  private ByteBuf body() {
    return Unpooled.wrappedBuffer((text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
