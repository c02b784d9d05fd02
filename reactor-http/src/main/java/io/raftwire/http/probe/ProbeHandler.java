// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Clock;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers probes, to anybody. */
public final class ProbeHandler {

  private final Clock clock;

  /** A handler that tells the time of a clock. */
  public ProbeHandler(Clock clock) {
    this.clock = clock;
  }

  /** Answers one request to {@code /raft/probing}. */
  public Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    // The type Go's server guesses for the same body.
    return response
        .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .sendString(Mono.fromSupplier(() -> new Health(true, clock.instant()).toJson()));
  }
}
