// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.raftwire.RaftwireException;
import io.raftwire.TransportStoppedException;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.config.Timeouts;
import io.raftwire.http.link.CurrentSslContext;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.LingeringClose;
import io.raftwire.http.link.MergedWarning;
import io.raftwire.http.link.Reads;
import java.net.URI;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.FutureMono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;

/** The servers at the listen URLs. */
final class Listeners {

  private static final Logger log = LoggerFactory.getLogger(Listeners.class);

  // What was read of a snapshot at once goes on at once.
  private static final int MAX_CHUNK_BYTES = 512 * 1024;

  // TLS says good-bye first, which a peer that does not read holds up.
  private static final Duration CLOSE_BOUND = Duration.ofSeconds(1);

  private final MergedWarning tooMany =
      new MergedWarning(log, "{}: closed a connection from {}: there are {} already");

  private final MergedWarning noHandshake =
      new MergedWarning(log, "{}: the TLS handshake with {} failed: {}");

  private final RaftHttpConfig config;
  private final LoopResources loops;
  private final Router router;
  private final List<DisposableServer> servers = new CopyOnWriteArrayList<>();
  private final List<Channel> connections = new CopyOnWriteArrayList<>();
  private volatile boolean closed;
  private volatile @Nullable Mono<? extends DisposableServer> binding;
  private final AtomicInteger connectionCount = new AtomicInteger();

  Listeners(RaftHttpConfig config, LoopResources loops, Router router) {
    this.config = config;
    this.loops = loops;
    this.router = router;
  }

  /** Binds every address; if one fails, what was bound is still closed by {@link #close}. */
  Mono<Void> bind() {
    List<URI> urls = config.listenUrls() == null ? List.of() : config.listenUrls().urls();
    return Flux.fromIterable(urls).concatMap(this::bind).then();
  }

  /** Closes all servers and their connections. */
  Mono<Void> close() {
    return Mono.defer(this::closeNow);
  }

  private Mono<Void> closeNow() {
    closed = true;
    Mono<? extends DisposableServer> last = binding;
    // What is still being bound is open a moment later.
    Mono<Void> bound = last == null ? Mono.empty() : last.doOnNext(servers::add).then();
    return bound
        .onErrorComplete()
        .thenMany(Flux.fromIterable(servers))
        .flatMap(server -> Mono.fromRunnable(server::dispose).then(server.onDispose()))
        .then(Mono.defer(this::closeConnections));
  }

  private Mono<Void> closeConnections() {
    List<Mono<Void>> closing = new ArrayList<>();
    for (Channel channel : connections) {
      closing.add(FutureMono.from(channel.closeFuture()));
      LingeringClose.closeAtOnce(channel);
    }
    return Mono.whenDelayError(closing).timeout(CLOSE_BOUND, Mono.empty()).onErrorComplete();
  }

  private Mono<Void> bind(URI url) {
    Mono<? extends DisposableServer> bound = server(url).bind().cache();
    return Mono.defer(
        () -> {
          binding = bound;
          return closed
              ? Mono.error(new TransportStoppedException("start"))
              : bound.onErrorMap(cause -> cannotListen(url, cause)).flatMap(this::bound);
        });
  }

  private Mono<Void> bound(DisposableServer server) {
    servers.add(server);
    return closed ? Mono.error(new TransportStoppedException("start")) : Mono.empty();
  }

  private static RaftwireException cannotListen(URI url, Throwable cause) {
    return new RaftwireException("cannot listen on " + url + ": " + rootText(cause), cause);
  }

  // Reactor Netty says that it failed to bind, and only the cause says why.
  private static String rootText(Throwable cause) {
    Throwable root = cause.getCause() == null ? cause : cause.getCause();
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private HttpServer server(URI url) {
    Timeouts timeouts = config.timeouts();
    HttpServer server =
        decoding(HttpServer.create(), config.limits().maxHeaderBytes())
            .runOn(loops)
            .host(host(url))
            .port(url.getPort())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.ALLOCATOR, config.allocator())
            .idleTimeout(timeouts.idleConnection())
            .doOnChannelInit((observer, channel, remote) -> accept(channel))
            .handle(this::handle);
    return url.getScheme().equals("https")
        ? server.secure(
            SslProvider.builder()
                .sslContext(new CurrentSslContext(this::tlsContext))
                .handshakeTimeout(timeouts.handshake())
                .build())
        : server;
  }

  private SslContext tlsContext() {
    PeerTls tls = config.tls();
    return Objects.requireNonNull(
        tls == null ? null : tls.server(), "the configuration has checked it");
  }

  @SuppressWarnings("deprecation") // maxChunkSize goes with Netty 5, which has no chunk splitting.
  private static HttpServer decoding(HttpServer server, int maxHeaderBytes) {
    return server.httpRequestDecoder(
        spec -> spec.maxHeaderSize(maxHeaderBytes).maxChunkSize(MAX_CHUNK_BYTES));
  }

  private void accept(Channel channel) {
    Reads.set(channel);
    int max = config.limits().maxConnections();
    if (connectionCount.incrementAndGet() > max) {
      connectionCount.decrementAndGet();
      tooMany.log(config.id(), channel.remoteAddress(), max);
      channel.close();
      return;
    }
    connections.add(channel);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              connectionCount.decrementAndGet();
              connections.remove(channel);
            });
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.handshakeFuture().addListener(done -> handshakeDone(channel, done.cause()));
    }
    HeaderDeadline deadline = HeaderDeadline.add(channel, config.timeouts().handshake());
    router.serve(channel, deadline::served);
  }

  private void handshakeDone(Channel channel, @Nullable Throwable failure) {
    // Whoever only connects, as those do who look whether somebody listens, is no news.
    if (failure != null && !(failure instanceof ClosedChannelException)) {
      noHandshake.log(config.id(), channel.remoteAddress(), Failures.text(failure));
    }
  }

  private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    return Mono.defer(
        () -> {
          Channel channel = channel(request);
          HeaderDeadline.headArrived(channel);
          return Mono.from(router.handle(request, response))
              .doFinally(signal -> HeaderDeadline.answered(channel));
        });
  }

  private static Channel channel(HttpServerRequest request) {
    Channel[] channel = new Channel[1];
    request.withConnection(connection -> channel[0] = connection.channel());
    return channel[0];
  }

  private static String host(URI url) {
    String host = url.getHost();
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }
}
