// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.raftwire.http.config.ProtocolVersion;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
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

  private final HttpClient http;
  private volatile Told lowest = new Told(ProtocolVersion.CURRENT, "not_decided");

  Versions(@Nullable SSLContext tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT);
    this.http = (tls == null ? builder : builder.sslContext(tls)).build();
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

  private Mono<String> get(URI peer, String path) {
    HttpRequest request = HttpRequest.newBuilder(peer.resolve(path)).timeout(TIMEOUT).build();
    return Mono.create(
        sink ->
            http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
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
