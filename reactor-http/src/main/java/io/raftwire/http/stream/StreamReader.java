// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.PeerRecorder;
import io.raftwire.http.config.Timeouts;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.Answers;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.LateSignals;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.PeerLink;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClientResponse;

/**
 * The receiving side of one kind of stream from one peer: dials, reads until the stream ends, waits
 * a little, and dials again, until it is stopped.
 */
public final class StreamReader {

  private static final Logger log = LoggerFactory.getLogger(StreamReader.class);

  private final StreamType type;
  private final PeerLink link;
  private final HttpClients clients;
  private final Inbox inbox;
  private final Redial redial;
  private final Disposable.Swap running = Disposables.swap();

  private volatile Sinks.Empty<Void> signOfLife = Sinks.empty();

  /** A reader that has not dialled yet. */
  public StreamReader(StreamType type, PeerLink link, HttpClients clients, Inbox inbox) {
    this.type = type;
    this.link = link;
    this.clients = clients;
    this.inbox = inbox;
    Timeouts timeouts = link.config().timeouts();
    this.redial = new Redial(timeouts.redialMin(), timeouts.redialMax());
  }

  /** Begins to dial. */
  public void start() {
    running.update(
        Mono.defer(this::dialAndRead)
            .then(Mono.defer(this::pause))
            .repeat()
            .contextWrite(LateSignals.context())
            .subscribe());
  }

  /** Ends the stream and dials no more. */
  public void stop() {
    running.dispose();
  }

  /** The peer gave a sign of life: a wait for the next dial is over. */
  public void wake() {
    signOfLife.tryEmitEmpty();
  }

  private Mono<Void> pause() {
    Sinks.Empty<Void> woken = Sinks.empty();
    signOfLife = woken;
    Duration wait = redial.next().minus(redial.min());
    return Mono.delay(redial.min())
        .then(
            wait.isNegative()
                ? Mono.empty()
                : Mono.firstWithSignal(woken.asMono(), Mono.delay(wait).then()));
  }

  private Mono<Void> dialAndRead() {
    URI url = link.urls().pick();
    Timeouts timeouts = link.config().timeouts();
    return clients.stream(type.channel())
        .headers(
            headers -> {
              PeerHeaders.identify(headers, link.config());
              PeerHeaders.to(headers, link.peer());
            })
        .get()
        .uri(URI.create(url + type.path(link.local())))
        .responseConnection((response, connection) -> accept(url, response, connection))
        .timeout(
            Mono.delay(timeouts.dial().plus(timeouts.handshake())),
            accepted -> Mono.never(),
            Mono.error(new TimeoutException("no answer to the request for the stream")))
        .onErrorResume(
            cause -> {
              dialFailed(url, Failures.of(type.channel(), "dial", cause));
              return Mono.empty();
            })
        .then();
  }

  private void dialFailed(URI url, LinkFailure failure) {
    redial.failed();
    link.urls().failed(url);
    link.status().failed(failure);
    log.debug(
        "{}: cannot open {} stream from {} at {}: {}",
        link.local(),
        type,
        link.peer(),
        url,
        failure);
  }

  /** Emits once when the stream is accepted, and completes when it has ended. */
  private Flux<Boolean> accept(URI url, HttpClientResponse response, Connection connection) {
    Flux<Boolean> stream =
        response.status().equals(HttpResponseStatus.OK)
            ? accepted(url, response, connection)
            : refused(url, response, connection);
    return stream.doFinally(signal -> connection.channel().close());
  }

  private Flux<Boolean> accepted(URI url, HttpClientResponse response, Connection connection) {
    HttpHeaders headers = response.responseHeaders();
    if (!headers.containsValue(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED, true)) {
      dialFailed(
          url,
          LinkFailure.of(
              type.channel(),
              "dial",
              Reason.PROTOCOL,
              "the stream has no chunks (expected: Transfer-Encoding: chunked)"));
      // Cancelled at once, which releases what may have come already.
      connection.inbound().receive().subscribe().dispose();
      return Flux.empty();
    }
    return Flux.concat(Mono.just(true), read(connection.channel()).cast(Boolean.class));
  }

  private Flux<Boolean> refused(URI url, HttpClientResponse response, Connection connection) {
    return Answers.<Boolean>refused(
            link, type.channel(), response, HttpResponseStatus.GONE, connection.inbound().receive())
        .onErrorResume(
            // Here and not further down, where an error would meet a cancelled dial.
            cause -> {
              dialFailed(url, Failures.of(type.channel(), "dial", cause));
              return Mono.empty();
            })
        .flux();
  }

  private Mono<Void> read(Channel channel) {
    long beganNanos = System.nanoTime();
    // Who stops may meet the end of the stream.
    AtomicBoolean closed = new AtomicBoolean();
    return Mono.<LinkFailure>create(
            outcome -> {
              opened();
              IncomingStream.readFrom(channel, type, link, inbox, outcome);
            })
        .doOnNext(cause -> closed(closed, cause, beganNanos))
        .doOnCancel(() -> closed(closed, stoppedHere(), beganNanos))
        .then();
  }

  private void opened() {
    redial.succeeded();
    link.liveness().seen();
    link.recorder().streamOpened(type.channel(), PeerRecorder.Direction.RECEIVE);
    link.status().streamUp(type.channel(), PeerRecorder.Direction.RECEIVE);
    log.info(
        "{}: {} stream from peer {} opened", link.local(), type.channel().label(), link.peer());
  }

  private void closed(AtomicBoolean already, LinkFailure cause, long beganNanos) {
    if (already.getAndSet(true)) {
      return;
    }
    link.recorder()
        .streamClosed(
            type.channel(),
            PeerRecorder.Direction.RECEIVE,
            cause.reason(),
            Duration.ofNanos(System.nanoTime() - beganNanos));
    link.status().streamDown(PeerRecorder.Direction.RECEIVE, cause);
    log.info("{}: stream from peer {} closed ({})", link.local(), link.peer(), cause);
  }

  private LinkFailure stoppedHere() {
    return LinkFailure.of(type.channel(), "read", Reason.LOCAL, "the stream was ended here");
  }
}
