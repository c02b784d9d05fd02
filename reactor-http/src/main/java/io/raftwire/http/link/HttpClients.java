// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.config.Timeouts;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;

/**
 * The clients a transport dials with. Streams and snapshots have a connection of their own each, so
 * that bulk never delays a heartbeat; POSTs share a pool for each peer, and the two kinds of probes
 * measure connections of their kind.
 */
public final class HttpClients {

  // As large as a batch, so that the writer's chunk is handed on in as few pieces as it came in.
  private static final int MAX_CHUNK_BYTES = 64 * 1024;

  private final ConnectionProvider single;
  private final ConnectionProvider pool;
  private final ConnectionProvider probes;
  private final HttpClient stream;
  private final HttpClient pipeline;
  private final HttpClient streamProbe;

  /** Clients that dial on the given event loops. */
  public HttpClients(RaftHttpConfig config, LoopResources loops) {
    Duration maxIdle = config.timeouts().idleConnection().dividedBy(2);
    this.single = ConnectionProvider.newConnection();
    this.pool = pool("raftwire-pipeline", config.limits().pipelineConcurrency() + 1, maxIdle);
    this.probes = pool("raftwire-probe", 1, maxIdle);
    this.stream = client(single, config, loops);
    this.pipeline = client(pool, config, loops);
    this.streamProbe = client(probes, config, loops);
  }

  /** A client that makes a connection for each request, for streams and snapshots. */
  public HttpClient stream() {
    return stream;
  }

  /** The client of the pipeline, and of the probes of its connections. */
  public HttpClient pipeline() {
    return pipeline;
  }

  /** The client of the probes beside streams. */
  public HttpClient streamProbe() {
    return streamProbe;
  }

  /** Closes pooled connections. */
  public Mono<Void> close() {
    return Mono.whenDelayError(pool.disposeLater(), probes.disposeLater(), single.disposeLater());
  }

  private static ConnectionProvider pool(String name, int connections, Duration maxIdle) {
    return ConnectionProvider.builder(name)
        .maxConnections(connections)
        .pendingAcquireMaxCount(-1)
        .maxIdleTime(maxIdle)
        .evictInBackground(maxIdle)
        .build();
  }

  private static HttpClient client(
      ConnectionProvider provider, RaftHttpConfig config, LoopResources loops) {
    Timeouts timeouts = config.timeouts();
    HttpClient client =
        decoding(HttpClient.create(provider), config.limits().maxHeaderBytes())
            .runOn(loops)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeouts.dial().toMillis())))
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .headers(headers -> headers.remove("user-agent").remove("accept"));
    PeerTls tls = config.tls();
    SslContext context = tls == null ? null : tls.client();
    return tls == null || context == null
        ? client
        : client.secure(sslProvider(context, timeouts.handshake(), tls.verifiesHostName()));
  }

  @SuppressWarnings("deprecation") // maxChunkSize goes with Netty 5, which has no chunk splitting.
  private static HttpClient decoding(HttpClient client, int maxHeaderBytes) {
    return client.httpResponseDecoder(
        spec -> spec.maxHeaderSize(maxHeaderBytes).maxChunkSize(MAX_CHUNK_BYTES));
  }

  private static SslProvider sslProvider(
      SslContext context, Duration handshake, boolean verifyHostName) {
    return SslProvider.builder()
        .sslContext(context)
        .handshakeTimeout(handshake)
        .handlerConfigurator(handler -> identify(handler, verifyHostName ? "HTTPS" : null))
        .build();
  }

  private static void identify(SslHandler handler, @Nullable String algorithm) {
    SSLEngine engine = handler.engine();
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(algorithm);
    engine.setSSLParameters(parameters);
  }
}
