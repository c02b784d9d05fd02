// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.examples.kv.node.RequestException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServerRequest;

/** One request, taken apart without losing a byte of its path. */
final class Call {

  private static final long MAX_DISCARDED_BYTES = 1 << 20;
  private static final Duration LINGER = Duration.ofSeconds(2);

  private final HttpServerRequest request;
  private final String path;
  private final String queryText;
  private boolean bodyTaken;

  Call(HttpServerRequest request) {
    this.request = request;
    String uri = request.uri();
    int mark = uri.indexOf('?');
    this.path = mark < 0 ? uri : uri.substring(0, mark);
    this.queryText = mark < 0 ? "" : uri.substring(mark + 1);
  }

  String method() {
    return request.method().name();
  }

  /** The path as it came, still encoded. */
  String path() {
    return path;
  }

  /** A header's value. */
  Optional<String> header(String name) {
    return Optional.ofNullable(request.requestHeaders().get(name));
  }

  /**
   * Refuses what a browser sends for the page of another site: it says whose page it is, and cannot
   * be made to lie.
   */
  void requireSameOrigin() {
    String origin = header("Origin").orElse(null);
    String host = header("Host").orElse("");
    // TLS may end before this server.
    if (origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(host)) {
      throw new RequestException(
          403, "Origin: " + origin + " (expected: none, or http://" + host + ")");
    }
  }

  /** A parameter of the query. */
  Optional<ByteString> parameter(String name) {
    return Optional.ofNullable(query(queryText).get(name));
  }

  /** Refuses parameters that would be ignored; a misspelt one must not read stale data. */
  void allowParameters(String... names) {
    Set<String> unknown = new TreeSet<>(query(queryText).keySet());
    unknown.removeAll(Set.of(names));
    if (!unknown.isEmpty()) {
      throw new RequestException(
          400,
          "query parameter "
              + unknown.iterator().next()
              + " (expected: "
              + (names.length == 0 ? "none" : String.join(", ", names))
              + ")");
    }
  }

  /**
   * The body, refused if it is known, or turns out, to be longer than a limit. One that turns out
   * so is read on for a while, for the reason that {@link #discardBody} has.
   *
   * @param idle how long to wait for more of it
   */
  Mono<ByteString> body(int limit, Duration idle) {
    if (announced() > limit) {
      return Mono.error(tooLarge(announced() + " bytes", limit));
    }
    bodyTaken = true;
    Sinks.Empty<Void> tooLong = Sinks.empty();
    return request
        .receive()
        .asByteArray()
        .timeout(idle)
        .onErrorMap(
            TimeoutException.class,
            e ->
                new RequestException(
                    408,
                    "body: nothing more came for " + idle.toMillis() + " ms (expected: its end)"))
        .takeUntilOther(tooLong.asMono().then(Mono.delay(LINGER)))
        .reduce(
            Optional.of(ByteString.EMPTY),
            (sum, part) -> {
              Optional<ByteString> longer =
                  sum.filter(whole -> (long) whole.size() + part.length <= limit)
                      .map(whole -> whole.concat(UnsafeByteOperations.unsafeWrap(part)));
              if (longer.isEmpty()) {
                tooLong.tryEmitEmpty();
              }
              return longer;
            })
        .map(whole -> whole.orElseThrow(() -> tooLarge("more", limit)));
  }

  /**
   * Reads a body that nobody wanted: an answer before its end would leave the connection in the
   * middle of a request. Completes with false if it is too much to read, and the connection must be
   * closed instead; after a while, since one that is closed on unread bytes is reset, and then the
   * caller may never see the answer.
   */
  Mono<Boolean> discardBody(Duration idle) {
    if (bodyTaken) {
      return Mono.just(true);
    }
    bodyTaken = true;
    if (announced() > MAX_DISCARDED_BYTES
        || request.requestHeaders().contains("Transfer-Encoding")) {
      // Who waits to be told to send has sent nothing yet.
      return request.requestHeaders().contains("Expect")
          ? Mono.just(false)
          : request.receive().take(LINGER).then(Mono.just(false)).onErrorReturn(false);
    }
    return request.receive().timeout(idle).then(Mono.just(true)).onErrorReturn(false);
  }

  private long announced() {
    String text = request.requestHeaders().get("Content-Length", "0");
    // Netty has checked that these are digits.
    return text.length() > 18 ? Long.MAX_VALUE : Long.parseLong(text);
  }

  private static RequestException tooLarge(String size, int limit) {
    return new RequestException(413, "body: " + size + " (expected: at most " + limit + " bytes)")
        .with("limit", limit);
  }

  private static Map<String, ByteString> query(String text) {
    Map<String, ByteString> parameters = new LinkedHashMap<>();
    for (String part : text.split("&", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      int equals = part.indexOf('=');
      String name = equals < 0 ? part : part.substring(0, equals);
      try {
        parameters.put(
            Percent.decode(name).toStringUtf8(),
            equals < 0 ? ByteString.EMPTY : Percent.decode(part.substring(equals + 1)));
      } catch (IllegalArgumentException e) {
        throw new RequestException(400, "query parameter " + name + ": " + e.getMessage());
      }
    }
    return parameters;
  }
}
