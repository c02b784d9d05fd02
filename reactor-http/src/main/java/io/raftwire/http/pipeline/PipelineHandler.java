// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.DropReason;
import io.raftwire.MemberId;
import io.raftwire.MemberRemovedException;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.http.codec.CorruptStreamException;
import io.raftwire.http.codec.MessageBody;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.Admission;
import io.raftwire.http.link.IdleGuard;
import io.raftwire.http.link.LateSignals;
import io.raftwire.http.link.Membership;
import io.raftwire.http.link.MergedWarning;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.link.Refusal;
import io.raftwire.http.link.RequestGuard;
import io.raftwire.http.link.WholeRequests;
import io.raftwire.raftpb.Message;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** Answers the POSTs of messages (rafthttp's {@code pipelineHandler}). */
public final class PipelineHandler {

  private static final Logger log = LoggerFactory.getLogger(PipelineHandler.class);

  private static final PeerChannel CHANNEL = PeerChannel.PIPELINE;
  private static final int MAX_PARTS = 1024;

  private final MergedWarning refusedMessage =
      new MergedWarning(log, "{}: refused {} posted by {}: {} (from {}, to {})");
  private final MergedWarning unreadable =
      new MergedWarning(log, "{}: cannot read the message posted by {}: {}");
  private final MergedWarning broken = new MergedWarning(log, "{}: the POST of {} broke: {}");

  private final RaftHttpConfig config;
  private final RequestGuard guard;
  private final Membership membership;
  private final Inbox inbox;

  /** A handler for one member. */
  public PipelineHandler(
      RaftHttpConfig config, RequestGuard guard, Membership membership, Inbox inbox) {
    this.config = config;
    this.guard = guard;
    this.membership = membership;
    this.inbox = inbox;
  }

  /** What answers those POSTs that need not go through the server. */
  public WholeRequests.Endpoint wholePosts() {
    return new WholePosts(this, config);
  }

  /** Answers one request to {@code /raft}. */
  public Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    if (!request.method().equals(HttpMethod.POST)) {
      return Refusal.methodNotAllowed("POST").sendAndClose(request, response);
    }
    PeerHeaders.clusterId(response.responseHeaders(), config.clusterId());
    MemberId from = PeerHeaders.from(request.requestHeaders());
    CompletableFuture<@Nullable Refusal> outcome = WholePosts.outcome(request);
    if (outcome != null) {
      // Raft may have the message already, so there is nothing left to cancel.
      return answer(Mono.fromFuture(outcome, true), from, request, response);
    }
    Refusal refusal = admit(from, request.requestHeaders());
    if (refusal != null) {
      return refusal.sendAndClose(request, response);
    }
    long max = config.limits().maxMessageBytes();
    if (request.requestHeaders().getInt(HttpHeaderNames.CONTENT_LENGTH, 0) > max) {
      return tooLarge(max).sendAndClose(request, response);
    }
    CompositeByteBuf body = Unpooled.compositeBuffer(MAX_PARTS);
    Mono<Refusal> refused =
        IdleGuard.body(request, config.timeouts().transfer())
            .doOnNext(part -> append(body, part, max))
            .then(Mono.fromSupplier(() -> MessageBody.parse(body)))
            .doFinally(signal -> body.release())
            .flatMap(message -> process(message, from));
    return answer(refused, from, request, response);
  }

  /**
   * Deals with a POST whose body is there, and no longer than the limit.
   *
   * @param body is read, and stays the caller's
   * @return why it is refused, or nothing once raft has taken the message
   */
  CompletableFuture<@Nullable Refusal> take(HttpHeaders headers, ByteBuf body) {
    MemberId from = PeerHeaders.from(headers);
    try {
      Refusal refusal = admit(from, headers);
      return refusal == null
          ? process(MessageBody.parse(body), from).toFuture()
          : CompletableFuture.completedFuture(refusal);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Why a request is refused whatever it carries, or null if it is not. */
  private @Nullable Refusal admit(@Nullable MemberId from, HttpHeaders headers) {
    Refusal refusal = guard.check(headers);
    if (refusal == null) {
      membership.learn(from, headers);
    }
    return refusal;
  }

  private Mono<Void> answer(
      Mono<Refusal> outcome,
      @Nullable MemberId from,
      HttpServerRequest request,
      HttpServerResponse response) {
    return outcome
        .onErrorResume(cause -> Mono.just(refusal(cause, from)))
        .contextWrite(LateSignals.context())
        .flatMap(refused -> refused.sendAndClose(request, response))
        .switchIfEmpty(response.status(HttpResponseStatus.NO_CONTENT).send());
  }

  private static void append(CompositeByteBuf body, ByteBuf part, long max) {
    if (body.readableBytes() + (long) part.readableBytes() > max) {
      throw new TooLargeException();
    }
    body.addComponent(true, part.retain());
  }

  /** Empty when raft has taken the message. */
  private Mono<Refusal> process(Message message, @Nullable MemberId from) {
    PeerLink link = from == null ? null : membership.link(from);
    PeerRecorder recorder = link == null ? membership.strangers() : link.recorder();
    int size = message.getSerializedSize();
    recorder.received(CHANNEL, 1, size, size);
    if (link != null && link.isCut()) {
      return Mono.just(new Refusal(HttpResponseStatus.SERVICE_UNAVAILABLE, "the link is cut"));
    }
    DropReason refused = Admission.refuse(message, config.id(), from);
    if (refused != null) {
      recorder.receiveFailed(CHANNEL);
      recorder.dropped(CHANNEL, MessageClass.of(message), refused, 1, size);
      refusedMessage.log(
          config.id(),
          message.getType(),
          from,
          refused.label(),
          MemberId.of(message.getFrom()),
          MemberId.of(message.getTo()));
      return Mono.just(
          new Refusal(HttpResponseStatus.BAD_REQUEST, "raft message refused: " + refused.label()));
    }
    if (from != null) {
      membership.seen(from);
    }
    return inbox
        .deliver(message, size)
        .then(Mono.<Refusal>empty())
        .doOnError(cause -> recorder.receiveFailed(CHANNEL));
  }

  private Refusal refusal(Throwable cause, @Nullable MemberId from) {
    if (cause instanceof MemberRemovedException) {
      return new Refusal(HttpResponseStatus.FORBIDDEN, String.valueOf(cause.getMessage()));
    }
    if (cause instanceof TooLargeException) {
      return tooLarge(config.limits().maxMessageBytes());
    }
    if (cause instanceof CorruptStreamException) {
      unreadable.log(config.id(), from, cause.toString());
      return new Refusal(HttpResponseStatus.BAD_REQUEST, "error unmarshalling raft message");
    }
    if (cause instanceof Inbox.RaftFailedException) {
      return new Refusal(HttpResponseStatus.INTERNAL_SERVER_ERROR, "error processing raft message");
    }
    broken.log(config.id(), from, cause.toString());
    return new Refusal(HttpResponseStatus.BAD_REQUEST, "error reading raft message");
  }

  private static Refusal tooLarge(long max) {
    return new Refusal(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "raft message over " + max + " bytes");
  }

  /** The body is over the limit. */
  private static final class TooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TooLargeException() {
      super("body over the limit", null, false, false);
    }
  }
}
