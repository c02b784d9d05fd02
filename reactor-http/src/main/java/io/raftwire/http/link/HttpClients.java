// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.raftwire.PeerChannel;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.config.Timeouts;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;
import reactor.netty.tcp.SslProvider;
import reactor.netty.tcp.TcpClient;
import reactor.netty.transport.ClientTransport;

/**
 * What a transport dials with. Streams and snapshots have a connection of their own each, so that
 * bulk never delays a heartbeat. Posts and probes go over plain connections, on which {@link
 * RequestConnection} does what little they need.
 */
public final class HttpClients {

  // Of answers to probes, dials and snapshots; streams are read below the codec.
  private static final int MAX_CHUNK_BYTES = 64 * 1024;

  // Null would leave an engine of the JDK as it is, and Netty makes its own with identification.
  private static final String NO_IDENTIFICATION = "";

  private final ConnectionProvider single = ConnectionProvider.newConnection();
  private final LoopResources loops;
  private final Map<PeerChannel, AtomicInteger> dials = new EnumMap<>(PeerChannel.class);
  private final HttpClient stream;
  private final TcpClient connection;
  private final @Nullable SslProvider tls;

  /** Clients that dial on the given event loops. */
  public HttpClients(RaftHttpConfig config, LoopResources loops) {
    this.loops = loops;
    for (PeerChannel channel : PeerChannel.values()) {
      dials.put(channel, new AtomicInteger());
    }
    this.tls = tls(config);
    this.stream = client(single, config, loops, tls);
    this.connection = dialling(TcpClient.create(single), config, loops);
  }

  /**
   * A client for one request over a connection of its own. Those of one channel take the event
   * loops in turn, so that the busier of a peer's streams are spread evenly.
   *
   * @param channel a stream, or snapshots
   */
  public HttpClient stream(PeerChannel channel) {
    int turn = Objects.requireNonNull(dials.get(channel)).getAndIncrement();
    return stream.runOn(OneLoop.of(loops, turn));
  }

  /** Makes a connection to the host of a peer's URL, with TLS if the URL says so. */
  public Mono<? extends Connection> connect(URI url) {
    String host = url.getHost();
    TcpClient client = url.getScheme().equals("https") ? tlsConnection() : connection;
    return client
        .host(host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
        .port(url.getPort())
        .connect();
  }

  private TcpClient tlsConnection() {
    // Not made ahead: without a TLS of ours, OpenSSL is loaded to make it, which few need then.
    return tls == null ? connection.secure() : connection.secure(tls);
  }

  /** Gives up what it keeps. */
  public Mono<Void> close() {
    return single.disposeLater();
  }

  private static HttpClient client(
      ConnectionProvider provider,
      RaftHttpConfig config,
      LoopResources loops,
      @Nullable SslProvider tls) {
    HttpClient client =
        dialling(
                decoding(HttpClient.create(provider), config.limits().maxHeaderBytes()),
                config,
                loops)
            .headers(headers -> headers.remove("user-agent").remove("accept"));
    return tls == null ? client : client.secure(tls);
  }

  private static <T extends ClientTransport<T, ?>> T dialling(
      T client, RaftHttpConfig config, LoopResources loops) {
    Timeouts timeouts = config.timeouts();
    return client
        .runOn(loops)
        .option(
            ChannelOption.CONNECT_TIMEOUT_MILLIS,
            (int) Math.min(Integer.MAX_VALUE, Math.max(1, timeouts.dial().toMillis())))
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.ALLOCATOR, config.allocator())
        .doOnChannelInit((observer, channel, address) -> Reads.set(channel));
  }

  private static @Nullable SslProvider tls(RaftHttpConfig config) {
    PeerTls tls = config.tls();
    return tls == null || tls.client() == null
        ? null
        : sslProvider(
            new CurrentSslContext(() -> Objects.requireNonNull(tls.client())),
            config.timeouts().handshake(),
            tls.verifiesHostName());
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
        .handlerConfigurator(
            handler -> identify(handler, verifyHostName ? "HTTPS" : NO_IDENTIFICATION))
        .build();
  }

  private static void identify(SslHandler handler, String algorithm) {
    SSLEngine engine = handler.engine();
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm(algorithm);
    engine.setSSLParameters(parameters);
  }
}
