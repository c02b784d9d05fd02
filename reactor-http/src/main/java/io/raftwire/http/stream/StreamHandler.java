// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.MemberId;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.link.Membership;
import io.raftwire.http.link.MergedWarning;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.Refusal;
import io.raftwire.http.link.RequestGuard;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers requests for streams (rafthttp's {@code streamHandler}). */
public final class StreamHandler {

  private static final Logger log = LoggerFactory.getLogger(StreamHandler.class);

  /** Who writes the stream of a type to a peer. */
  @FunctionalInterface
  public interface Writers {

    /** The writer, or null if the id is not a peer. */
    @Nullable StreamWriter writer(MemberId peer, StreamType type);
  }

  private final MergedWarning removed =
      new MergedWarning(log, "{}: refused {} stream to {}, which was removed");
  private final MergedWarning meantForAnother =
      new MergedWarning(log, "{}: refused {} stream to {}: it means to reach \"{}\"");

  private final RaftHttpConfig config;
  private final RequestGuard guard;
  private final Membership membership;
  private final Writers writers;

  /** A handler for one member. */
  public StreamHandler(
      RaftHttpConfig config, RequestGuard guard, Membership membership, Writers writers) {
    this.config = config;
    this.guard = guard;
    this.membership = membership;
    this.writers = writers;
  }

  /** Answers one request below {@code /raft/stream/}. */
  public Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    if (!request.method().equals(HttpMethod.GET)) {
      return Refusal.methodNotAllowed("GET").sendAndClose(request, response);
    }
    PeerHeaders.serverVersion(response.responseHeaders(), config.serverVersion());
    PeerHeaders.clusterId(response.responseHeaders(), config.clusterId());
    Refusal refusal = guard.check(request.requestHeaders());
    if (refusal != null) {
      return refusal.send(response);
    }
    String path = request.fullPath();
    int slash = path.lastIndexOf('/');
    String segment = path.substring(0, Math.max(slash, 0));
    StreamType type =
        segment.startsWith(StreamType.PREFIX)
            ? StreamType.ofSegment(segment.substring(StreamType.PREFIX.length()))
            : null;
    if (type == null) {
      return new Refusal(HttpResponseStatus.NOT_FOUND, "invalid path").send(response);
    }
    MemberId caller;
    try {
      caller = MemberId.parse(path.substring(slash + 1));
    } catch (IllegalArgumentException e) {
      return new Refusal(HttpResponseStatus.NOT_FOUND, "invalid from").send(response);
    }
    return accept(request, response, type, caller);
  }

  private Publisher<Void> accept(
      HttpServerRequest request, HttpServerResponse response, StreamType type, MemberId caller) {
    if (membership.isRemoved(caller)) {
      removed.log(config.id(), type, caller);
      return new Refusal(HttpResponseStatus.GONE, "removed member").send(response);
    }
    StreamWriter writer = writers.writer(caller, type);
    if (writer == null) {
      String urls = PeerHeaders.peerUrls(request.requestHeaders());
      if (urls != null) {
        membership.learnRemote(caller, urls);
      }
      log.debug("{}: refused {} stream to {}, which is not a peer", config.id(), type, caller);
      return new Refusal(HttpResponseStatus.NOT_FOUND, "error sender not found").send(response);
    }
    String to = PeerHeaders.to(request.requestHeaders());
    if (!config.id().toString().equals(to)) {
      meantForAnother.log(config.id(), type, caller, to);
      return new Refusal(HttpResponseStatus.PRECONDITION_FAILED, "to field mismatch")
          .send(response);
    }
    return response.status(HttpResponseStatus.OK).then().then(write(response, writer));
  }

  /** Never completes by itself: the stream ends with its connection. */
  private static Mono<Void> write(HttpServerResponse response, StreamWriter writer) {
    return Mono.create(
        sink ->
            response.withConnection(
                connection -> {
                  Channel channel = connection.channel();
                  if (channel.pipeline().get(NettyPipeline.HttpCodec) == null) {
                    // Not HTTP/1.1: there is no connection of its own to write to.
                    sink.error(
                        new IllegalStateException("a stream needs HTTP/1.1 (expected: no HTTP/2)"));
                    return;
                  }
                  channel
                      .eventLoop()
                      .execute(
                          () -> {
                            if (channel.isActive()) {
                              writer.attach(channel);
                            }
                          });
                }));
  }
}
