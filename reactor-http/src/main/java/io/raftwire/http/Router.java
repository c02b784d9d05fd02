// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.Refusal;
import io.raftwire.http.link.RequestGuard;
import io.raftwire.http.link.WholeRequests;
import io.raftwire.http.pipeline.PipelineHandler;
import io.raftwire.http.probe.ProbeHandler;
import io.raftwire.http.snapshot.SnapshotHandler;
import io.raftwire.http.stream.StreamHandler;
import java.time.Clock;
import java.util.List;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Which endpoint answers which path (rafthttp's {@code Transport.Handler}). */
final class Router {

  private static final String RAFT = "/raft";

  private final PipelineHandler pipeline;
  private final StreamHandler stream;
  private final SnapshotHandler snapshot;
  private final ProbeHandler probe;
  private final List<WholeRequests.Endpoint> whole;

  Router(RaftHttpConfig config, Members members, Inbox inbox, Clock clock) {
    RequestGuard guard = new RequestGuard(config);
    this.pipeline = new PipelineHandler(config, guard, members, inbox);
    this.stream = new StreamHandler(config, guard, members, members::writer);
    this.snapshot = new SnapshotHandler(config, guard, members, inbox);
    this.probe = new ProbeHandler(clock);
    this.whole = List.of(pipeline.wholePosts(), probe);
  }

  static boolean isPeerPath(String path) {
    return path.equals(RAFT) || path.startsWith(RAFT + "/");
  }

  /**
   * Answers those requests on a connection that has just been made which need not go through the
   * server.
   *
   * @param onServed told of each
   */
  void serve(Channel channel, Runnable onServed) {
    WholeRequests.add(channel, whole, onServed);
  }

  Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    String path = request.fullPath();
    if (path.startsWith(RAFT + "/stream/")) {
      return stream.handle(request, response);
    }
    return switch (path) {
      case RAFT -> pipeline.handle(request, response);
      case RAFT + "/snapshot" -> snapshot.handle(request, response);
      case RAFT + "/probing" -> probe.handle(request, response);
      default ->
          new Refusal(HttpResponseStatus.NOT_FOUND, "404 page not found")
              .sendAndClose(request, response);
    };
  }
}
