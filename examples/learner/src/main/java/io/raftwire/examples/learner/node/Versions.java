// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.ssl.SslContext;
import io.raftwire.examples.learner.cluster.Pem;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.ProtocolVersion;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Which version to answer when members ask. The leader sets the cluster's version to the lowest its
 * members tell, so a version of this program's own would hold back an upgrade, or make the leader
 * warn of a member that is ahead of it. So it tells the lowest of the others'.
 */
final class Versions {

  private static final Logger log = LoggerFactory.getLogger(Versions.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** What {@code /version} has. */
  record Told(ProtocolVersion server, String cluster) {}

  private final @Nullable PeerTls tls;
  private volatile Client client;
  private volatile Told lowest = new Told(ProtocolVersion.CURRENT, "not_decided");

  /** An HTTP client, and the context it was made with. */
  private record Client(@Nullable SslContext tls, HttpClient http) {

    static Client with(@Nullable SslContext tls) {
      HttpClient.Builder builder =
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
      return new Client(tls, (tls == null ? builder : builder.sslContext(Pem.forJdk(tls))).build());
    }
  }

  Versions(@Nullable PeerTls tls) {
    this.tls = tls;
    this.client = Client.with(tls == null ? null : tls.client());
  }

  /** The lowest server version heard of, and the cluster version that came with it. */
  Told lowest() {
    return lowest;
  }

  /** Asks the members at these URLs; keeps what was known if none answers. */
  Mono<Void> ask(List<URI> peers) {
    return Flux.fromIterable(peers)
        .flatMap(this::ask)
        .reduce((a, b) -> a.server().compareTo(b.server()) <= 0 ? a : b)
        .doOnNext(told -> lowest = told)
        .then();
  }

  /** Passes a question for one of etcd's small peer endpoints on to whoever answers first. */
  Mono<String> relay(List<URI> peers, String path) {
    return Flux.fromIterable(peers).concatMap(peer -> get(peer, path)).next();
  }

  private Mono<Told> ask(URI peer) {
    return get(peer, "/version").flatMap(text -> Mono.justOrEmpty(parse(peer, text)));
  }

  private static Optional<Told> parse(URI peer, String text) {
    try {
      JsonNode json = JSON.readTree(text);
      return Optional.of(
          new Told(
              ProtocolVersion.parse(json.path("etcdserver").asText()),
              json.path("etcdcluster").asText()));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      log.debug("{} told no version: {}", peer, text);
      return Optional.empty();
    }
  }

  /** A client with the certificates of now. */
  private HttpClient http() {
    SslContext now = tls == null ? null : tls.client();
    Client current = client;
    if (current.tls != now) {
      current = Client.with(now);
      client = current;
    }
    return current.http;
  }

  private Mono<String> get(URI peer, String path) {
    HttpRequest request = HttpRequest.newBuilder(peer.resolve(path)).timeout(TIMEOUT).build();
    return Mono.create(
        sink ->
            http()
                .sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .whenComplete(
                    (response, error) -> {
                      if (error == null && response.statusCode() == 200) {
                        sink.success(response.body());
                      } else {
                        log.debug("{}{}: {}", peer, path, error == null ? response : error);
                        sink.success();
                      }
                    }));
  }
}
