// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
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

  /**
   * Sends it. The connection ends with it if a body may be on its way that nobody will read.
   *
   * @param bodyUnread whether the request's body was not read to its end
   */
  public Mono<Void> send(HttpServerResponse response, boolean bodyUnread) {
    if (allow != null) {
      response.header(HttpHeaderNames.ALLOW, allow);
    }
    if (bodyUnread) {
      response.keepAlive(false);
    }
    return response
        .status(status)
        .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .header("X-Content-Type-Options", "nosniff")
        .sendString(Mono.just(text + "\n"))
        .then();
  }
}
