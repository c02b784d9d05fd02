// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.http.link.RequestConnection;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.netty.Connection;

/**
 * A connection that carries probes. They come so seldom that their code is hardly ever compiled,
 * and while one runs, it holds up the messages of its event loop: the less there is of it, the
 * better.
 */
final class ProbeConnection extends RequestConnection {

  private final byte[] request;

  private @Nullable MonoSink<String> asked;

  private ProbeConnection(Connection dialled, URI url) {
    super(dialled, url);
    HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.HOST, url.getAuthority());
    this.request =
        head("GET", Prober.PATH, headers)
            .append("\r\n")
            .toString()
            .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Takes over a connection that was just made. */
  static ProbeConnection over(Connection dialled, URI url, int maxHeaderBytes) {
    ProbeConnection connection = new ProbeConnection(dialled, url);
    connection.read(dialled, maxHeaderBytes);
    return connection;
  }

  /**
   * Asks, once the answer to the question before is there; what the peer says, on the event loop.
   * Cancelling ends the connection.
   */
  Mono<String> ask() {
    return Mono.create(
        sink -> {
          sink.onCancel(this);
          try {
            run(() -> write(sink));
          } catch (RejectedExecutionException e) {
            sink.error(e);
          }
        });
  }

  private void write(MonoSink<String> sink) {
    if (!channel().isActive()) {
      // Closed since it was chosen: nothing on it would tell any more.
      sink.error(new ClosedChannelException());
      return;
    }
    asked = sink;
    ByteBuf bytes = channel().alloc().directBuffer(request.length).writeBytes(request);
    write(bytes);
    channel().flush();
  }

  @Override
  protected boolean isUnderWay() {
    return asked != null;
  }

  @Override
  protected void answered(
      HttpResponseStatus status, HttpHeaders headers, String said, boolean reusable) {
    MonoSink<String> answered = asked;
    asked = null;
    if (!reusable) {
      dispose();
    }
    if (answered == null) {
      return;
    }
    if (status.equals(HttpResponseStatus.OK)) {
      answered.success(said);
    } else {
      answered.error(new IOException("probe answer: status " + status.code() + " (expected: 200)"));
    }
  }

  @Override
  protected void failed(Throwable cause) {
    MonoSink<String> failed = asked;
    asked = null;
    if (failed != null) {
      failed.error(cause);
    }
  }
}
