// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.DropReason;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportEvent;
import io.raftwire.http.codec.MessageBody;
import io.raftwire.http.config.Limits;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.lane.LaneFlux;
import io.raftwire.http.lane.LaneLimits;
import io.raftwire.http.link.Answers;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.client.HttpClient;

/**
 * The POSTs to one peer: a lane, and a {@code flatMap} that keeps a few of them under way. A
 * MsgSnap goes this way always, and is reported finished or failed by its answer.
 */
public final class Pipeline {

  static final String PATH = "/raft";

  private static final PeerChannel CHANNEL = PeerChannel.PIPELINE;

  // What a body is written in; a publisher's items are prefetched, so they must be small.
  private static final int SLICE_BYTES = 64 * 1024;

  // A peer that lives may hold a POST back for want of demand, but not for ever.
  private static final int PATIENCE = 12;

  private final PeerLink link;
  private final HttpClient.RequestSender posts;
  private final Lane lane;
  private final Set<Post> underWay = ConcurrentHashMap.newKeySet();
  private final Disposable.Composite running = Disposables.composite();

  /** A pipeline that does not send yet. */
  public Pipeline(PeerLink link, HttpClients clients) {
    this.link = link;
    this.posts =
        clients
            .pipeline()
            .headers(
                headers -> {
                  PeerHeaders.identify(headers, link.config());
                  headers.set(HttpHeaderNames.CONTENT_TYPE, "application/protobuf");
                })
            .post();
    Limits limits = link.config().limits();
    this.lane =
        new Lane(
            CHANNEL,
            new LaneLimits(
                limits.pipelineQueueMessages(),
                limits.pipelineQueueBytes(),
                limits.urgentReserveMessages()),
            link.recorder());
  }

  /** What waits to be sent. */
  public Lane lane() {
    return lane;
  }

  /** Begins to send. */
  public void start() {
    int concurrency = link.config().limits().pipelineConcurrency();
    Duration transfer = link.config().timeouts().transfer();
    running.add(new LaneFlux(lane).flatMap(this::post, concurrency).subscribe());
    running.add(
        Flux.interval(transfer.dividedBy(4)).subscribe(tick -> underWay.forEach(Post::check)));
  }

  /**
   * Sends what waits, within the time, and drops the rest.
   *
   * @return completes when nothing is under way any more
   */
  public Mono<Void> stop(Duration drain) {
    Mono<Void> drained =
        drain.isZero()
            ? Mono.empty()
            : Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .takeUntil(tick -> underWay.isEmpty() && lane.messages() == 0)
                .then()
                .timeout(drain, Mono.empty());
    return drained.then(Mono.fromRunnable(this::stopNow));
  }

  private void stopNow() {
    running.dispose();
    if (lane.claim()) {
      Lane.Dropped dropped = lane.clear(DropReason.REMOVED);
      lane.relinquish();
      if (dropped.messages() > 0) {
        link.reportDrops(CHANNEL, DropReason.REMOVED, dropped.messages(), dropped.bytes());
      }
    }
  }

  private Mono<Void> post(Message message) {
    if (link.isCut()) {
      link.recorder()
          .dropped(
              CHANNEL, MessageClass.of(message), DropReason.PAUSED, 1, message.getSerializedSize());
      return Mono.empty();
    }
    return Mono.defer(() -> new Post(message).send());
  }

  /** One message under way. */
  private final class Post {

    private final Message message;
    private final int size;
    private final URI url = link.urls().pick();
    private final long beganNanos = System.nanoTime();
    private final Sinks.Empty<Void> abandoned = Sinks.empty();
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile PeerRecorder.Request request = PeerRecorder.Request.UNOBSERVED;

    Post(Message message) {
      this.message = message;
      this.size = message.getSerializedSize();
    }

    Mono<Void> send() {
      underWay.add(this);
      return Mono.firstWithSignal(answered(), abandoned.asMono())
          .doOnSuccess(ignored -> succeeded())
          .onErrorResume(
              cause -> {
                failed(Failures.of(CHANNEL, "post", cause));
                return Mono.empty();
              })
          .doOnCancel(
              () ->
                  failed(LinkFailure.of(CHANNEL, "post", Reason.LOCAL, "the pipeline was stopped")))
          .doFinally(signal -> underWay.remove(this));
    }

    private Mono<Void> answered() {
      return posts
          .uri(URI.create(url + PATH))
          .send(
              (post, outbound) -> {
                request = link.recorder().request(CHANNEL, post::header);
                if (size > SLICE_BYTES) {
                  post.header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(size));
                }
                return outbound.send(body());
              })
          .response(
              (response, body) ->
                  response.status().equals(HttpResponseStatus.NO_CONTENT)
                          || response.status().equals(HttpResponseStatus.OK)
                      ? body.then()
                      : Answers.<Void>refused(
                          link, CHANNEL, response, HttpResponseStatus.FORBIDDEN, body))
          .then();
    }

    private Publisher<ByteBuf> body() {
      return size <= SLICE_BYTES
          ? Mono.fromSupplier(() -> pieces().get(0))
          : Flux.defer(() -> Flux.fromIterable(pieces()));
    }

    private List<ByteBuf> pieces() {
      List<ByteBuf> pieces = new ArrayList<>();
      MessageBody.write(message, SLICE_BYTES, pieces::add);
      return pieces;
    }

    void check() {
      long transfer = link.config().timeouts().transfer().toNanos();
      long age = System.nanoTime() - beganNanos;
      boolean dead = link.liveness().silentNanos() > transfer;
      if (age > transfer && (dead || age > PATIENCE * transfer)) {
        abandoned.tryEmitError(
            new LinkException(
                link.peer(),
                LinkFailure.of(
                    CHANNEL,
                    "post",
                    Reason.WRITE_STALLED,
                    "no answer for " + Duration.ofNanos(age).toMillis() + " ms")));
      }
    }

    private void succeeded() {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      link.liveness().seen();
      link.status().postAnswered(CHANNEL);
      link.recorder().sent(CHANNEL, 1, size, size);
      request.ended(null);
      if (message.getType() == MessageType.MsgSnap) {
        link.publish(
            new TransportEvent.SnapshotFinished(
                link.peer(),
                snapshotIndex(),
                size,
                Duration.ofNanos(System.nanoTime() - beganNanos)));
      }
    }

    private void failed(LinkFailure cause) {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      link.urls().failed(url);
      link.status().failed(cause);
      link.recorder().sendFailed(CHANNEL);
      request.ended(cause);
      link.dropped(CHANNEL, MessageClass.of(message), DropReason.POST_FAILED, 1, size);
      link.unreachable(cause);
      if (message.getType() == MessageType.MsgSnap) {
        link.publish(new TransportEvent.SnapshotFailed(link.peer(), snapshotIndex(), cause));
      }
    }

    private long snapshotIndex() {
      return message.getSnapshot().getMetadata().getIndex();
    }
  }
}
