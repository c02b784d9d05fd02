// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.Limits;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.lane.LaneFlux;
import io.raftwire.http.lane.LaneLimits;
import io.raftwire.http.link.Answers;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * The POSTs to one peer: a lane, and a {@code flatMap} that keeps a few of them under way. A
 * MsgSnap goes this way always, and is reported finished or failed by its answer.
 */
public final class Pipeline {

  static final String PATH = "/raft";

  private static final PeerChannel CHANNEL = PeerChannel.PIPELINE;

  // A peer that lives may hold a POST back for want of demand, but not for ever.
  private static final int PATIENCE = 12;

  private final PeerLink link;
  private final PostConnections connections;
  private final Lane lane;
  private final LaneFlux messages;
  private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();
  private final Sinks.Empty<Void> drained = Sinks.empty();
  private final AtomicBoolean started = new AtomicBoolean();
  private final Disposable.Composite running = Disposables.composite();

  /** A pipeline that does not send yet. */
  public Pipeline(PeerLink link, HttpClients clients) {
    this.link = link;
    this.connections = new PostConnections(link, clients);
    Limits limits = link.config().limits();
    this.lane =
        new Lane(
            CHANNEL,
            new LaneLimits(
                limits.pipelineQueueMessages(),
                limits.pipelineQueueBytes(),
                limits.urgentReserveMessages()),
            link.recorder());
    this.messages = new LaneFlux(lane);
  }

  /** What waits to be sent. */
  public Lane lane() {
    return lane;
  }

  /** Begins to send, if that has not begun. */
  public void start() {
    if (!started.compareAndSet(false, true)) {
      return;
    }
    int concurrency = link.config().limits().pipelineConcurrency();
    Duration transfer = link.config().timeouts().transfer();
    running.add(
        messages.flatMap(this::post, concurrency).doOnComplete(drained::tryEmitEmpty).subscribe());
    running.add(
        Flux.interval(transfer.dividedBy(4))
            .subscribe(
                tick -> {
                  underWay.forEach(Exchange::check);
                  connections.evict();
                }));
  }

  /**
   * Sends what waits, within the time, and drops the rest.
   *
   * @return completes when nothing is under way any more
   */
  public Mono<Void> stop(Duration drain) {
    if (drain.isZero()) {
      return Mono.fromRunnable(this::stopNow);
    }
    return Mono.fromRunnable(messages::completeWhenEmpty)
        .then(drained.asMono().timeout(drain, Mono.empty()))
        .then(Mono.fromRunnable(this::stopNow));
  }

  private void stopNow() {
    running.dispose();
    connections.close();
    lane.close(
        DropReason.REMOVED,
        dropped ->
            link.reportDrops(CHANNEL, DropReason.REMOVED, dropped.messages(), dropped.bytes()));
  }

  private Mono<Void> post(Message message) {
    if (link.isCut()) {
      link.recorder()
          .dropped(
              CHANNEL, MessageClass.of(message), DropReason.PAUSED, 1, message.getSerializedSize());
      return Mono.empty();
    }
    return Mono.create(sink -> new Exchange(message, sink).send());
  }

  /** One message under way. */
  private final class Exchange implements Post {

    private final Message message;
    private final MonoSink<Void> sink;
    private final int size;
    private final URI url = link.urls().pick();
    private final long beganNanos = System.nanoTime();
    private final Disposable.Swap carrier = Disposables.swap();
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile PeerRecorder.Request request = PeerRecorder.Request.UNOBSERVED;

    Exchange(Message message, MonoSink<Void> sink) {
      this.message = message;
      this.sink = sink;
      this.size = message.getSerializedSize();
    }

    void send() {
      underWay.add(this);
      sink.onCancel(
          () -> abandon(LinkFailure.of(CHANNEL, "post", Reason.LOCAL, "the pipeline was stopped")));
      connections.send(this);
    }

    @Override
    public URI url() {
      return url;
    }

    @Override
    public Message message() {
      return message;
    }

    @Override
    public void carriedBy(Disposable abandon) {
      carrier.replace(abandon);
    }

    @Override
    public void begins(BiConsumer<String, String> header) {
      request = link.recorder().request(CHANNEL, header);
    }

    @Override
    public void answered(HttpResponseStatus status, HttpHeaders headers, String text) {
      if (status.equals(HttpResponseStatus.NO_CONTENT) || status.equals(HttpResponseStatus.OK)) {
        succeeded();
      } else {
        failed(Answers.failure(link, CHANNEL, status, headers, HttpResponseStatus.FORBIDDEN, text));
      }
    }

    @Override
    public void failed(Throwable cause) {
      failed(Failures.of(CHANNEL, "post", cause));
    }

    void check() {
      long transfer = link.config().timeouts().transfer().toNanos();
      long age = System.nanoTime() - beganNanos;
      boolean dead = link.liveness().silentNanos() > transfer;
      if (age > transfer && (dead || age > PATIENCE * transfer)) {
        abandon(
            LinkFailure.of(
                CHANNEL,
                "post",
                Reason.WRITE_STALLED,
                "no answer for " + Duration.ofNanos(age).toMillis() + " ms"));
      }
    }

    private void abandon(LinkFailure cause) {
      failed(cause);
      carrier.dispose();
    }

    private boolean end() {
      return ended.compareAndSet(false, true) && underWay.remove(this);
    }

    private void succeeded() {
      if (!end()) {
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
      sink.success();
    }

    private void failed(LinkFailure cause) {
      if (!end()) {
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
      // What became of it has been told; the flux goes on with the next.
      sink.success();
    }

    private long snapshotIndex() {
      return message.getSnapshot().getMetadata().getIndex();
    }
  }
}
