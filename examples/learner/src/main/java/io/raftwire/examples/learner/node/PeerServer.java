// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.ssl.SslContext;
import io.raftwire.ClusterId;
import io.raftwire.PeerUrls;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.PeerTls;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.tcp.SslProvider;

/**
 * The peer URL: the transport's endpoints, and the few others that etcd members ask of each other.
 */
final class PeerServer {

  private static final Duration IDLE = Duration.ofSeconds(60);

  private final ClusterId clusterId;
  private final RaftHttpTransport transport;
  private final @Nullable PeerTls tls;
  private final Versions versions;
  private final Supplier<String> members;
  private final Supplier<List<URI>> peers;
  private final List<DisposableServer> servers = new CopyOnWriteArrayList<>();

  PeerServer(
      ClusterId clusterId,
      RaftHttpTransport transport,
      @Nullable PeerTls tls,
      Versions versions,
      Supplier<String> members,
      Supplier<List<URI>> peers) {
    this.clusterId = clusterId;
    this.transport = transport;
    this.tls = tls;
    this.versions = versions;
    this.members = members;
    this.peers = peers;
  }

  /** Listens at each URL; fails naming the first that cannot be. */
  Mono<Void> bind(PeerUrls urls) {
    return Flux.fromIterable(urls.urls())
        .concatMap(
            url ->
                server(url)
                    .bind()
                    .onErrorMap(
                        cause ->
                            new IllegalArgumentException(
                                "listen peer URL: "
                                    + url
                                    + " (expected: a free address of this machine): "
                                    + cause.getMessage(),
                                cause)))
        .doOnNext(servers::add)
        .then();
  }

  /** Closes what is open. */
  Mono<Void> close() {
    return Flux.fromIterable(servers)
        .flatMap(server -> Mono.fromRunnable(server::dispose).then(server.onDispose()))
        .then();
  }

  private HttpServer server(URI url) {
    String host = url.getHost();
    HttpServer server =
        HttpServer.create()
            .host(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
            .port(url.getPort())
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .idleTimeout(IDLE)
            .route(this::routes);
    SslContext context = tls == null ? null : tls.server();
    if (!url.getScheme().equals("https")) {
      return server;
    }
    if (context == null) {
      throw new IllegalArgumentException(
          "listen peer URL: " + url + " (expected: http, or a peer certificate and key as well)");
    }
    return server.secure(SslProvider.builder().sslContext(context).build());
  }

  private void routes(HttpServerRoutes routes) {
    transport.routes().accept(routes);
    routes
        .get("/version", (request, response) -> json(response, version()))
        .get("/members", (request, response) -> json(response, members.get() + "\n"))
        .get("/downgrade/enabled", (request, response) -> downgradeEnabled(response));
  }

  private String version() {
    Versions.Told told = versions.lowest();
    return String.format(
        Locale.ROOT,
        "{\"etcdserver\":\"%s\",\"etcdcluster\":\"%s\"}",
        told.server(),
        told.cluster());
  }

  /** A member that starts asks this of any other; the answer is a voter's to give. */
  private Publisher<Void> downgradeEnabled(HttpServerResponse response) {
    return versions
        .relay(peers.get(), "/downgrade/enabled")
        .map(Optional::of)
        .defaultIfEmpty(Optional.empty())
        .flatMap(
            answer ->
                Mono.from(
                    answer.isPresent()
                        ? text(response, answer.get())
                        : response.status(HttpResponseStatus.SERVICE_UNAVAILABLE).send()));
  }

  private Publisher<Void> text(HttpServerResponse response, String text) {
    return response
        .header("X-Etcd-Cluster-ID", clusterId.toString())
        .header(HttpHeaderNames.CONTENT_TYPE, "text/plain")
        .sendString(Mono.just(text));
  }

  private Publisher<Void> json(HttpServerResponse response, String text) {
    return response
        .header("X-Etcd-Cluster-ID", clusterId.toString())
        .header(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .sendString(Mono.just(text));
  }
}
