// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

package io.raftwire.examples.kv.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.raftwire.examples.kv.node.RequestException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** One request, taken apart without losing a byte of its path. */
final class Call {

  private final HttpServerRequest request;
  private final String path;
  private final Map<String, ByteString> query;

  Call(HttpServerRequest request) {
    this.request = request;
    String uri = request.uri();
    int mark = uri.indexOf('?');
    this.path = mark < 0 ? uri : uri.substring(0, mark);
    this.query = mark < 0 ? Map.of() : query(uri.substring(mark + 1));
  }

  String method() {
    return request.method().name();
  }

  /** The path as it came, still encoded. */
  String path() {
    return path;
  }

  /** A parameter of the query. */
  Optional<ByteString> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  /** Refuses parameters that would be ignored; a misspelt one must not read stale data. */
  void allowParameters(String... names) {
    Set<String> unknown = new TreeSet<>(query.keySet());
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

  /** The body, refused as soon as it is known to be longer than a limit. */
  Mono<ByteString> body(int limit) {
    String announced = request.requestHeaders().get("Content-Length");
    if (announced != null && announced.length() > 10
        || announced != null && Long.parseLong(announced) > limit) {
      return Mono.error(tooLarge(announced + " bytes", limit));
    }
    return request
        .receive()
        .asByteArray()
        .concatWith(Flux.just(new byte[0]))
        .reduce(
            ByteString.EMPTY,
            (sum, part) -> {
              if ((long) sum.size() + part.length > limit) {
                throw tooLarge("more", limit);
              }
              return part.length == 0
                  ? sum
                  : sum.concat(UnsafeByteOperations.unsafeWrap(part));
            });
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
