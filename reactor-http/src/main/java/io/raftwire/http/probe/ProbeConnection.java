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
import reactor.netty.Connection;

/**
 * A connection that carries probes. They come so seldom that their code is hardly ever compiled,
 * and while one runs, it holds up the messages of its event loop: the less there is of it, the
 * better.
 */
final class ProbeConnection extends RequestConnection {

  /** Who asks; called on the connection's event loop, once for each question. */
  interface Listener {

    /** What the peer says. */
    void answered(String text);

    /** There is no answer to the question. */
    void failed(Throwable cause);
  }

  private final byte[] request;
  private final Listener listener;

  private boolean asked;

  private ProbeConnection(Connection dialled, URI url, Listener listener) {
    super(dialled, url);
    this.listener = listener;
    HttpHeaders headers = new DefaultHttpHeaders().set(HttpHeaderNames.HOST, url.getAuthority());
    this.request =
        head("GET", Prober.PATH, headers)
            .append("\r\n")
            .toString()
            .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Takes over a connection that was just made. */
  static ProbeConnection over(Connection dialled, URI url, int maxHeaderBytes, Listener listener) {
    ProbeConnection connection = new ProbeConnection(dialled, url, listener);
    connection.read(dialled, maxHeaderBytes);
    return connection;
  }

  /** Asks, once the question before is answered; from any thread. */
  void ask() {
    try {
      run(this::write);
    } catch (RejectedExecutionException e) {
      listener.failed(e);
    }
  }

  /** Ends the connection, and the question under way if there is one; from any thread. */
  void giveUp(Throwable cause) {
    try {
      run(() -> fail(cause));
    } catch (RejectedExecutionException e) {
      // The loop has ended, and with it the connection.
    }
  }

  private void write() {
    if (!channel().isActive()) {
      // Closed since it was chosen: nothing on it would tell any more.
      listener.failed(new ClosedChannelException());
      return;
    }
    asked = true;
    ByteBuf bytes = channel().alloc().directBuffer(request.length).writeBytes(request);
    write(bytes);
    channel().flush();
  }

  @Override
  protected boolean isUnderWay() {
    return asked;
  }

  @Override
  protected void answered(
      HttpResponseStatus status, HttpHeaders headers, String said, boolean reusable) {
    asked = false;
    if (!reusable) {
      dispose();
    }
    if (status.equals(HttpResponseStatus.OK)) {
      listener.answered(said);
    } else {
      listener.failed(
          new IOException("probe answer: status " + status.code() + " (expected: 200)"));
    }
  }

  @Override
  protected void failed(Throwable cause) {
    if (asked) {
      asked = false;
      listener.failed(cause);
    }
  }
}
