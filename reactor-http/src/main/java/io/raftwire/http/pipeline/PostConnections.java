// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.LateSignals;
import io.raftwire.http.link.PeerLink;
import java.net.URI;
import java.time.Duration;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import reactor.core.publisher.BaseSubscriber;
import reactor.netty.Connection;
import reactor.util.context.Context;

/**
 * The connections of one peer's pipeline, kept alive between POSTs. The one that was used last is
 * used next, so that what answered a POST sends the next without a change of threads. There are as
 * many as there are POSTs at a time; who sends decides how many those are.
 */
final class PostConnections {

  private final PeerLink link;
  private final HttpClients clients;
  private final Duration maxIdle;
  private final Deque<PostConnection> idle = new ConcurrentLinkedDeque<>();
  private final Set<PostConnection> open = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  PostConnections(PeerLink link, HttpClients clients) {
    this.link = link;
    this.clients = clients;
    // Before the server's own time is over, so that no POST meets a connection being closed.
    this.maxIdle = link.config().timeouts().idleConnection().dividedBy(2);
  }

  /** Sends over a connection that is idle, or over a new one. Any thread. */
  void send(Post post) {
    URI url = post.url();
    PostConnection connection = idle.pollFirst();
    while (connection != null && !connection.isUsableFor(url)) {
      connection.dispose();
      connection = idle.pollFirst();
    }
    if (connection != null) {
      connection.carry(post);
      return;
    }
    Dial dial = new Dial(post);
    // First, since the connection may be there before subscribing returns.
    post.carriedBy(dial);
    clients.connect(url).subscribe(dial);
  }

  private PostConnection opened(Connection dialled, URI url) {
    PostConnection connection = PostConnection.over(dialled, url, link.config(), this);
    open.add(connection);
    if (closed) {
      connection.dispose();
    }
    return connection;
  }

  /** Takes back a connection that can carry another POST. */
  void release(PostConnection connection) {
    idle.addFirst(connection);
    if (closed) {
      connection.dispose();
    }
  }

  /** A connection is gone. */
  void forget(PostConnection connection) {
    open.remove(connection);
    idle.remove(connection);
  }

  /** Closes what has been idle for too long. */
  void evict() {
    // Removed before it is closed, so that nobody is given a connection about to go.
    idle.stream()
        .filter(connection -> connection.idleFor(maxIdle))
        .toList()
        .forEach(
            connection -> {
              if (idle.remove(connection)) {
                connection.dispose();
              }
            });
  }

  /** Closes all, now and from now on. */
  void close() {
    closed = true;
    open.forEach(PostConnection::dispose);
  }

  /** A connection being made for a POST. */
  private final class Dial extends BaseSubscriber<Connection> {

    private final Post post;

    Dial(Post post) {
      this.post = post;
    }

    @Override
    public Context currentContext() {
      return LateSignals.context();
    }

    @Override
    protected void hookOnNext(Connection dialled) {
      opened(dialled, post.url()).carry(post);
    }

    @Override
    protected void hookOnError(Throwable cause) {
      post.failed(cause);
    }
  }
}
