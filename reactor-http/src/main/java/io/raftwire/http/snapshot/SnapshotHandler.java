// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.MemberRemovedException;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.http.codec.CorruptStreamException;
import io.raftwire.http.codec.SnapshotHeadDecoder;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.Admission;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.IdleGuard;
import io.raftwire.http.link.LateSignals;
import io.raftwire.http.link.Membership;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.link.Reads;
import io.raftwire.http.link.Refusal;
import io.raftwire.http.link.RequestGuard;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Receives snapshots (rafthttp's {@code snapshotHandler}). */
public final class SnapshotHandler {

  private static final Logger log = LoggerFactory.getLogger(SnapshotHandler.class);

  private static final PeerChannel CHANNEL = PeerChannel.SNAPSHOT;

  private final RaftHttpConfig config;
  private final RequestGuard guard;
  private final Membership membership;
  private final Inbox inbox;
  private final AtomicInteger underWay = new AtomicInteger();

  /** A handler for one member. */
  public SnapshotHandler(
      RaftHttpConfig config, RequestGuard guard, Membership membership, Inbox inbox) {
    this.config = config;
    this.guard = guard;
    this.membership = membership;
    this.inbox = inbox;
  }

  /** Answers one request to {@code /raft/snapshot}. */
  public Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    if (!request.method().equals(HttpMethod.POST)) {
      return Refusal.methodNotAllowed("POST").sendAndClose(request, response);
    }
    PeerHeaders.clusterId(response.responseHeaders(), config.clusterId());
    Refusal refusal = guard.check(request.requestHeaders());
    if (refusal != null) {
      return refusal.sendAndClose(request, response);
    }
    MemberId from = PeerHeaders.from(request.requestHeaders());
    membership.learn(from, request.requestHeaders());
    int max = config.limits().maxConcurrentSnapshots();
    if (underWay.incrementAndGet() > max) {
      underWay.decrementAndGet();
      return new Refusal(
              HttpResponseStatus.SERVICE_UNAVAILABLE,
              "already receiving " + max + " snapshots at once")
          .sendAndClose(request, response);
    }
    Transfer transfer = new Transfer(request, from);
    return transfer
        .receive(IdleGuard.body(request, config.timeouts().transfer()))
        .onErrorResume(cause -> Mono.just(transfer.refused(cause)))
        .doOnCancel(transfer::cancelled)
        .doFinally(
            signal -> {
              Reads.bodyEnded(request);
              underWay.decrementAndGet();
            })
        .contextWrite(LateSignals.context())
        .flatMap(refused -> refused.sendAndClose(request, response))
        .switchIfEmpty(response.status(HttpResponseStatus.NO_CONTENT).send());
  }

  /** A piece of the request: the message with what of the body came along, or more of the body. */
  private record Part(@Nullable Message head, ByteBuf body, AtomicBoolean taken) {

    ByteBuf take() {
      return taken.compareAndSet(false, true) ? body : Unpooled.EMPTY_BUFFER;
    }

    void drop() {
      take().release();
    }
  }

  /** One snapshot on its way in. */
  private final class Transfer {

    private final HttpServerRequest request;
    private final @Nullable MemberId from;
    private final @Nullable PeerLink link;
    private final PeerRecorder recorder;
    private final SnapshotHeadDecoder decoder =
        new SnapshotHeadDecoder(config.limits().maxSnapshotHeadBytes());
    private final long beganNanos = System.nanoTime();

    private @Nullable Message snapshot;
    // switchOnFirst forgets it when the request breaks before the store has subscribed.
    private volatile Part first = new Part(null, Unpooled.EMPTY_BUFFER, new AtomicBoolean());
    private boolean saved;
    private final AtomicBoolean ended = new AtomicBoolean();

    Transfer(HttpServerRequest request, @Nullable MemberId from) {
      this.request = request;
      this.from = from;
      this.link = from == null ? null : membership.link(from);
      this.recorder = link == null ? membership.strangers() : link.recorder();
      recorder.snapshotStarted(Direction.RECEIVE);
    }

    /** Empty when raft has taken the snapshot, or the refusal. */
    Mono<Refusal> receive(Flux<ByteBuf> request) {
      return request
          .handle(this::split)
          .switchOnFirst(
              (signal, parts) -> {
                Part part = signal.get();
                Message head = part == null ? null : part.head();
                return head == null ? parts.then(Mono.defer(this::headMissing)) : save(head, parts);
              })
          .doOnDiscard(Part.class, Part::drop)
          .next()
          .doFinally(signal -> first.drop());
    }

    private void split(ByteBuf bytes, SynchronousSink<Part> sink) {
      recorder.snapshotProgress(Direction.RECEIVE, bytes.readableBytes());
      if (link != null) {
        link.liveness().seen();
      }
      if (snapshot != null) {
        sink.next(new Part(null, bytes.retain(), new AtomicBoolean()));
        return;
      }
      Message head = decoder.decode(bytes);
      if (head != null) {
        snapshot = head;
        // Nearly always all that has been read.
        Reads.body(request, bytes.readableBytes());
        first = new Part(head, bytes.retain(), new AtomicBoolean());
        sink.next(first);
      }
    }

    private Mono<Refusal> headMissing() {
      return Mono.just(
          refused(
              new Refusal(
                  HttpResponseStatus.BAD_REQUEST,
                  "failed to decode raft message (unexpected end of the body)"),
              Reason.PROTOCOL));
    }

    private Mono<Refusal> save(Message head, Flux<Part> parts) {
      Flux<ByteBuf> body = parts.map(Part::take);
      Refusal unacceptable = unacceptable(head);
      if (unacceptable != null) {
        return Mono.just(refused(unacceptable, Reason.PROTOCOL));
      }
      int headBytes = head.getSerializedSize();
      return config
          .snapshotStore()
          .save(head, body)
          .doOnNext(bytes -> saved = true)
          .flatMap(bytes -> inbox.deliver(head, headBytes).doOnSuccess(taken -> taken(head, bytes)))
          .then(Mono.empty());
    }

    private @Nullable Refusal unacceptable(Message head) {
      if (head.getType() != MessageType.MsgSnap) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, "wrong raft message type");
      }
      if (link != null && link.isCut()) {
        return new Refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, "the link is cut");
      }
      DropReason reason = Admission.refuse(head, config.id(), from);
      return reason == null
          ? null
          : new Refusal(HttpResponseStatus.BAD_REQUEST, "raft message refused: " + reason.label());
    }

    private void taken(Message head, long bodyBytes) {
      Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
      long headBytes = head.getSerializedSize();
      if (from != null) {
        membership.seen(from);
      }
      recorder.received(CHANNEL, 1, headBytes + bodyBytes, Long.BYTES + headBytes + bodyBytes);
      ended(null);
      log.info(
          "{}: received snapshot {} of {} bytes from {} in {} ms",
          config.id(),
          Long.toUnsignedString(head.getSnapshot().getMetadata().getIndex()),
          bodyBytes,
          from,
          took.toMillis());
    }

    Refusal refused(Throwable cause) {
      if (cause instanceof MemberRemovedException) {
        return refused(
            new Refusal(HttpResponseStatus.FORBIDDEN, String.valueOf(cause.getMessage())),
            Reason.REFUSED);
      }
      if (cause instanceof CorruptStreamException) {
        return refused(
            new Refusal(
                HttpResponseStatus.BAD_REQUEST,
                "failed to decode raft message (" + cause.getMessage() + ")"),
            Reason.PROTOCOL);
      }
      String what = saved ? "failed to process raft message (" : "failed to save KV snapshot (";
      return refused(
          new Refusal(
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              what + Failures.of(CHANNEL, "receive", cause).detail() + ")"),
          Failures.of(CHANNEL, "receive", cause).reason());
    }

    private Refusal refused(Refusal refusal, Reason reason) {
      if (ended(reason)) {
        recorder.receiveFailed(CHANNEL);
        log.warn("{}: snapshot from {} refused: {}", config.id(), from, refusal.text());
      }
      return refusal;
    }

    void cancelled() {
      if (ended(Reason.BROKEN)) {
        recorder.receiveFailed(CHANNEL);
        log.warn("{}: snapshot from {} broke off: the sender is gone", config.id(), from);
      }
    }

    /** Whether this is the first reason to end, which is the one that is recorded. */
    private boolean ended(@Nullable Reason reason) {
      boolean now = ended.compareAndSet(false, true);
      if (now) {
        recorder.snapshotEnded(
            Direction.RECEIVE, Duration.ofNanos(System.nanoTime() - beganNanos), reason);
      }
      return now;
    }
  }
}
