// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.DropReason;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.TransportEvent;
import io.raftwire.http.link.Answers;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.LateSignals;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyOutbound;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientRequest;

/** Sends snapshots to one peer, each over a connection of its own. */
public final class SnapshotSender {

  private static final Logger log = LoggerFactory.getLogger(SnapshotSender.class);

  static final String PATH = "/raft/snapshot";

  private static final PeerChannel CHANNEL = PeerChannel.SNAPSHOT;

  // Reactor Netty prefetches 128 items of a body, so their size bounds the memory of a transfer.
  private static final int SLICE_BYTES = 64 * 1024;

  // A peer that lives may take its time to save a body, but not for ever.
  private static final int PATIENCE = 12;

  private static final Duration WATCH_INTERVAL = Duration.ofMillis(500);

  private final PeerLink link;
  private final HttpClients clients;
  private final Sinks.Empty<Void> stopped = Sinks.empty();

  /** A sender for one peer. */
  public SnapshotSender(PeerLink link, HttpClients clients) {
    this.link = link;
    this.clients = clients;
  }

  /** Sends a snapshot whose body is a publisher's; each buffer is released. */
  public Mono<Void> send(Message snapshot, Publisher<ByteBuf> body) {
    return Mono.defer(
        () -> {
          Transfer transfer = new Transfer(snapshot, null);
          return transfer.post(
              (request, outbound) ->
                  outbound.send(
                      Flux.concat(
                          Mono.fromSupplier(() -> head(snapshot)),
                          sliced(body)
                              .doOnNext(transfer::handed)
                              .onErrorMap(
                                  cause -> new LinkException(link.peer(), ofBody(cause))))));
        });
  }

  /** Sends a snapshot whose body is a file's content. */
  public Mono<Void> send(Message snapshot, Path body) {
    return Mono.fromCallable(() -> size(body))
        .subscribeOn(Schedulers.boundedElastic())
        .onErrorMap(
            cause -> {
              link.recorder().snapshotStarted(Direction.SEND);
              return new Transfer(snapshot, 0L).failed(ofBody(cause));
            })
        .flatMap(
            size ->
                new Transfer(snapshot, size)
                    .post(
                        (request, outbound) ->
                            outbound
                                .send(Flux.defer(() -> Flux.just(head(snapshot))))
                                .sendFile(body, 0, size)));
  }

  /** Fails what is under way. */
  public void stop() {
    stopped.tryEmitError(
        new LinkException(
            link.peer(), LinkFailure.of(CHANNEL, "post", Reason.LOCAL, "the peer was removed")));
  }

  private static LinkFailure ofBody(Throwable cause) {
    return new LinkFailure(CHANNEL, "post", Reason.LOCAL, Failures.text(cause), cause);
  }

  private static long size(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException("snapshot body: " + file + " (expected: a regular file)");
    }
    return Files.size(file);
  }

  private static ByteBuf head(Message snapshot) {
    return Unpooled.wrappedBuffer(
        Unpooled.copyLong(snapshot.getSerializedSize()),
        Unpooled.wrappedBuffer(snapshot.toByteArray()));
  }

  private static Flux<ByteBuf> sliced(Publisher<ByteBuf> body) {
    return Flux.from(body)
        .concatMapIterable(SnapshotSender::slices, 1)
        .doOnDiscard(ByteBuf.class, ByteBuf::release);
  }

  private static List<ByteBuf> slices(ByteBuf bytes) {
    if (bytes.readableBytes() <= SLICE_BYTES) {
      return List.of(bytes);
    }
    List<ByteBuf> slices = new ArrayList<>();
    while (bytes.isReadable()) {
      slices.add(bytes.readRetainedSlice(Math.min(SLICE_BYTES, bytes.readableBytes())));
    }
    bytes.release();
    return slices;
  }

  /** One snapshot on its way out. */
  private final class Transfer {

    private final Message snapshot;
    private final @Nullable Long bodySize;
    private final URI url = link.urls().pick();
    private final long beganNanos = System.nanoTime();
    private final Sinks.Empty<Void> stalled = Sinks.empty();
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile boolean cancelled;
    private volatile @Nullable Channel channel;
    private volatile PeerRecorder.Request request = PeerRecorder.Request.UNOBSERVED;
    private final AtomicLong handedBytes = new AtomicLong();
    private long sentBytes;
    private long lastHandedBytes;
    private long lastProgress;
    private volatile long lastProgressNanos = beganNanos;

    Transfer(Message snapshot, @Nullable Long bodySize) {
      this.snapshot = snapshot;
      this.bodySize = bodySize;
    }

    Mono<Void> post(BiFunction<HttpClientRequest, NettyOutbound, Publisher<Void>> write) {
      link.recorder().snapshotStarted(Direction.SEND);
      log.info("{}: sending snapshot {} to peer {}", link.local(), index(), link.peer());
      return Mono.firstWithSignal(answered(write), stalled.asMono(), stopped.asMono(), watch())
          .doOnSuccess(ignored -> succeeded())
          .onErrorMap(cause -> failed(Failures.of(CHANNEL, "post", cause)))
          // Who has cancelled takes no error; Reactor would log it as one that nobody handles.
          .onErrorComplete(cause -> cancelled)
          .doOnCancel(this::cancelled);
    }

    private void cancelled() {
      cancelled = true;
      failed(LinkFailure.of(CHANNEL, "post", Reason.LOCAL, "it was cancelled"));
    }

    private Mono<Void> answered(
        BiFunction<HttpClientRequest, NettyOutbound, Publisher<Void>> write) {
      HttpClient client =
          clients.stream(CHANNEL)
              .headers(
                  headers -> {
                    PeerHeaders.identify(headers, link.config());
                    headers.set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
                    if (bodySize != null) {
                      headers.set(
                          HttpHeaderNames.CONTENT_LENGTH,
                          Long.BYTES + snapshot.getSerializedSize() + bodySize);
                    }
                    request = link.recorder().request(CHANNEL, headers::set);
                  });
      return client
          .doOnConnected(connection -> channel = connection.channel())
          .post()
          .uri(URI.create(url + PATH))
          .send(write)
          .response(
              (response, body) ->
                  response.status().equals(HttpResponseStatus.NO_CONTENT)
                          || response.status().equals(HttpResponseStatus.OK)
                      ? body.then()
                      : Answers.<Void>refused(
                          link, CHANNEL, response, HttpResponseStatus.FORBIDDEN, body))
          .then()
          .contextWrite(LateSignals.context());
    }

    /** Never completes; fails when nothing moves any more. */
    private Mono<Void> watch() {
      return Flux.interval(WATCH_INTERVAL)
          .filter(tick -> stalled())
          .next()
          .flatMap(
              tick ->
                  Mono.error(
                      new LinkException(
                          link.peer(),
                          LinkFailure.of(
                              CHANNEL,
                              "post",
                              Reason.WRITE_STALLED,
                              "no progress for "
                                  + Duration.ofNanos(System.nanoTime() - lastProgressNanos)
                                      .toMillis()
                                  + " ms"))));
    }

    private boolean stalled() {
      Channel current = channel;
      ChannelOutboundBuffer outbound = current == null ? null : current.unsafe().outboundBuffer();
      long now = System.nanoTime();
      // What is being written, and what of it: either changes while bytes move.
      long progress =
          outbound == null
              ? 0
              : outbound.currentProgress() * 31 + outbound.totalPendingWriteBytes();
      if (bodySize != null && outbound != null && outbound.currentProgress() > sentBytes) {
        link.recorder().snapshotProgress(Direction.SEND, outbound.currentProgress() - sentBytes);
        sentBytes = outbound.currentProgress();
      }
      if (progress != lastProgress || handedBytes.get() != lastHandedBytes) {
        lastProgress = progress;
        lastHandedBytes = handedBytes.get();
        lastProgressNanos = now;
        return false;
      }
      long limit = link.config().timeouts().transfer().toNanos();
      long still = now - lastProgressNanos;
      return still > limit && (link.liveness().silentNanos() > limit || still > PATIENCE * limit);
    }

    void handed(ByteBuf bytes) {
      handedBytes.addAndGet(bytes.readableBytes());
      link.recorder().snapshotProgress(Direction.SEND, bytes.readableBytes());
    }

    private void succeeded() {
      if (!ended.compareAndSet(false, true)) {
        return;
      }
      Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
      long body = bodySize == null ? handedBytes.get() : bodySize;
      long bytes = snapshot.getSerializedSize() + body;
      link.liveness().seen();
      link.status().postAnswered(CHANNEL);
      link.recorder().sent(CHANNEL, 1, bytes, Long.BYTES + bytes);
      link.recorder().snapshotEnded(Direction.SEND, took, null);
      request.ended(null);
      log.info(
          "{}: sent snapshot {} of {} bytes to peer {} in {} ms",
          link.local(),
          index(),
          body,
          link.peer(),
          took.toMillis());
      link.publish(
          new TransportEvent.SnapshotFinished(
              link.peer(), snapshot.getSnapshot().getMetadata().getIndex(), bytes, took));
    }

    private LinkException failed(LinkFailure cause) {
      LinkException error = new LinkException(link.peer(), cause);
      if (!ended.compareAndSet(false, true)) {
        return error;
      }
      // What was ended on this side says nothing about the peer.
      if (cause.reason() != Reason.LOCAL) {
        link.urls().failed(url);
        link.status().failed(cause);
      }
      link.recorder().sendFailed(CHANNEL);
      request.ended(cause);
      link.recorder()
          .snapshotEnded(
              Direction.SEND, Duration.ofNanos(System.nanoTime() - beganNanos), cause.reason());
      link.dropped(
          CHANNEL, MessageClass.SNAPSHOT, DropReason.POST_FAILED, 1, snapshot.getSerializedSize());
      link.unreachable(cause);
      link.publish(
          new TransportEvent.SnapshotFailed(
              link.peer(), snapshot.getSnapshot().getMetadata().getIndex(), cause));
      return error;
    }

    private String index() {
      return Long.toUnsignedString(snapshot.getSnapshot().getMetadata().getIndex());
    }
  }

  /** Why a message is no snapshot, or null if it is one. */
  public static @Nullable IllegalArgumentException notSnapshot(Message message) {
    return message.getType() == MessageType.MsgSnap
        ? null
        : new IllegalArgumentException(
            "message type: " + message.getType() + " (expected: MsgSnap)");
  }
}
