// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.Version;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.Bind;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.NodeConfig;
import io.raftwire.examples.kv.node.RequestException;
import io.raftwire.examples.kv.page.Faults;
import io.raftwire.examples.kv.page.PageFeed;
import io.raftwire.examples.kv.store.Applied;
import io.raftwire.examples.kv.store.Listing;
import io.raftwire.examples.kv.store.Value;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The client API. Nothing here waits: an answer is written when raft has one. */
public final class KvServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(KvServer.class);

  private static final int DEFAULT_LIST_LIMIT = 1000;
  private static final int MAX_LIST_LIMIT = 10_000;

  // A key of full length with every byte encoded, twice in a query, and some room.
  private static final int LINE_BYTES_A_KEY_BYTE = 6;

  private final KvNode node;
  private final NodeConfig.Limits limits;
  private final Metrics metrics;
  private final NodeMeters meters;
  private final MemberRoutes members;
  private final PageRoutes page;
  private final List<DisposableServer> servers = new ArrayList<>();

  /** The API and the page of one member. */
  public KvServer(KvNode node, NodeMeters meters, Faults faults, PageFeed feed) {
    this.node = node;
    this.limits = node.config().limits();
    this.metrics = new Metrics(node);
    this.meters = meters;
    this.members = new MemberRoutes(node);
    this.page = new PageRoutes(faults, feed);
  }

  /**
   * Binds the URLs. Blocks.
   *
   * @throws io.raftwire.examples.kv.node.StartupException if one cannot be bound
   */
  public void start(List<URI> urls) {
    for (URI url : urls) {
      try {
        servers.add(
            HttpServer.create()
                .host(url.getHost())
                .port(url.getPort())
                .httpRequestDecoder(
                    spec ->
                        spec.maxInitialLineLength(
                            LINE_BYTES_A_KEY_BYTE * limits.maxKeyBytes() + 1024))
                .idleTimeout(Duration.ofSeconds(60))
                .handle(this::handle)
                .bindNow());
      } catch (RuntimeException e) {
        throw Bind.failed("--listen-client-urls", url.toString(), e);
      }
    }
  }

  /** The ports that were bound, in the order of the URLs. */
  public List<Integer> ports() {
    return servers.stream().map(DisposableServer::port).toList();
  }

  @Override
  public void close() {
    servers.forEach(server -> server.disposeNow(Duration.ofSeconds(3)));
  }

  private Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
    Call call = new Call(request);
    Route route = Route.of(call.path());
    if (route == Route.FEED) {
      return Mono.fromRunnable(
              () -> {
                allow("GET", call.method());
                call.requireSameOrigin();
                page.requireRoom();
              })
          .then(
              Mono.defer(
                  () -> {
                    metrics.answered(route.label, call.method(), 200);
                    return page.feed(response);
                  }))
          .onErrorResume(RequestException.class, e -> send(route, call, response, failed(e)));
    }
    return send(
        route, call, response, Mono.defer(() -> answer(route, call)).onErrorResume(this::failed));
  }

  private Mono<Void> send(Route route, Call call, HttpServerResponse response, Mono<Answer> whole) {
    return whole
        .flatMap(
            answer ->
                call.discardBody(limits.requestTimeout())
                    .map(read -> read ? answer : answer.closing()))
        .flatMap(
            answer -> {
              metrics.answered(route.label, call.method(), answer.status());
              response.status(answer.status());
              response.header("Content-Type", answer.contentType());
              if (answer.status() != 304) {
                response.header("Content-Length", Integer.toString(answer.body().size()));
              }
              answer.headers().forEach(response::header);
              return response.sendByteArray(Mono.just(answer.body().toByteArray())).then();
            });
  }

  private Mono<Answer> answer(Route route, Call call) {
    String method = call.method();
    call.requireSameOrigin();
    return switch (route) {
      case KEY ->
          switch (method) {
            case "GET" -> getKey(call);
            case "PUT" -> putKey(call);
            case "DELETE" -> deleteKey(call);
            default -> throw wrongMethod(method, "GET, PUT, DELETE");
          };
      case KEYS -> only("GET", method, () -> listKeys(call));
      case MEMBERS ->
          switch (method) {
            case "GET" -> members.list(call);
            case "POST" -> members.add(call);
            default -> throw wrongMethod(method, "GET, POST");
          };
      case MEMBER -> only("DELETE", method, () -> members.remove(call));
      case HEALTH -> only("GET", method, this::health);
      case VERSION -> only("GET", method, this::version);
      case METRICS ->
          only(
              "GET",
              method,
              () ->
                  // Off the event loop: it reads all meters, and perhaps a file.
                  Mono.fromCallable(() -> meters.text() + metrics.text())
                      .subscribeOn(Schedulers.boundedElastic())
                      .map(
                          text ->
                              Answer.of(NodeMeters.CONTENT_TYPE, ByteString.copyFromUtf8(text))));
      case PAGE -> only("GET", method, () -> Mono.just(page.file(call)));
      case LINKS -> only("GET", method, () -> Mono.just(Answer.json(page.links())));
      case FAULTS -> only("GET", method, () -> Mono.just(Answer.json(page.faults())));
      case FAULT ->
          only("POST", method, () -> page.fault(call, limits.requestTimeout()).map(Answer::json));
      case FEED -> throw new IllegalStateException("the feed is no whole answer");
      case UNKNOWN ->
          throw new RequestException(
              404,
              "path "
                  + call.path()
                  + " (expected: /kv/{key}, /kv?prefix=, /members, /members/{id}, /health, /version,"
                  + " /metrics, /faults, or / for the page)");
    };
  }

  private Mono<Answer> getKey(Call call) {
    call.allowParameters("consistency");
    ByteString key = key(call);
    return node.get(key, linearizable(call))
        .map(
            found -> {
              Value value =
                  found.orElseThrow(
                      () ->
                          new RequestException(
                              404, "key " + Percent.encode(key) + " has no value"));
              return Answer.of("application/octet-stream", value.bytes())
                  .headers(Map.of("X-Raft-Index", Long.toString(value.index())));
            });
  }

  private Mono<Answer> putKey(Call call) {
    call.allowParameters();
    ByteString key = key(call);
    return call.body(limits.maxValueBytes(), limits.requestTimeout())
        .flatMap(value -> node.put(key, value))
        .map(
            applied -> {
              Map<String, Object> body = new LinkedHashMap<>();
              body.put("index", applied.index());
              body.put("created", !applied.existed());
              return Answer.json(body);
            });
  }

  private Mono<Answer> deleteKey(Call call) {
    call.allowParameters();
    return node.delete(key(call))
        .map(
            (Applied applied) -> {
              Map<String, Object> body = new LinkedHashMap<>();
              body.put("index", applied.index());
              body.put("deleted", applied.existed());
              return Answer.json(body);
            });
  }

  private Mono<Answer> listKeys(Call call) {
    call.allowParameters("prefix", "start", "limit", "consistency");
    ByteString prefix = call.parameter("prefix").orElse(ByteString.EMPTY);
    ByteString start = call.parameter("start").orElse(ByteString.EMPTY);
    int limit = call.parameter("limit").map(KvServer::limit).orElse(DEFAULT_LIST_LIMIT);
    return node.list(prefix, start, limit, linearizable(call)).map(KvServer::listing);
  }

  private static Answer listing(Listing listing) {
    Base64.Encoder base64 = Base64.getEncoder();
    List<Map<String, Object>> pairs = new ArrayList<>(listing.pairs().size());
    for (Map.Entry<ByteString, Value> pair : listing.pairs()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("key", base64.encodeToString(pair.getKey().toByteArray()));
      each.put("value", base64.encodeToString(pair.getValue().bytes().toByteArray()));
      each.put("index", pair.getValue().index());
      pairs.add(each);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("index", listing.index());
    body.put("count", pairs.size());
    listing.next().ifPresent(next -> body.put("next", Percent.encode(next)));
    body.put("kvs", pairs);
    return Answer.json(body);
  }

  private Mono<Answer> health() {
    Map<String, Object> body = new LinkedHashMap<>();
    return node.healthy()
        .then(
            Mono.fromSupplier(
                () -> {
                  body.put("healthy", true);
                  body.put("id", node.id().toString());
                  body.put("leader", node.leader().map(MemberId::toString).orElse(null));
                  return Answer.json(body);
                }))
        .onErrorResume(
            RequestException.class,
            e -> {
              body.put("healthy", false);
              body.put("error", e.getMessage());
              return Mono.just(Answer.json(body).status(503));
            });
  }

  private Mono<Answer> version() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("raftwire-kv", Version.text());
    body.put("java", Runtime.version().toString());
    return Mono.just(Answer.json(body));
  }

  private Mono<Answer> failed(Throwable cause) {
    RequestException failure;
    if (cause instanceof RequestException known) {
      failure = known;
    } else {
      log.error("a request failed: {}", cause, cause);
      failure = new RequestException(500, "internal error: " + cause);
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("error", failure.getMessage());
    body.putAll(failure.details());
    Object allow = body.remove("allow");
    Answer answer = Answer.json(body).status(failure.status());
    if (allow != null) {
      answer = answer.headers(Map.of("Allow", allow.toString()));
    }
    // The connection may still be in the middle of such a body.
    return Mono.just(
        failure.status() == 413 || failure.status() == 408 ? answer.closing() : answer);
  }

  private ByteString key(Call call) {
    ByteString key;
    try {
      key = Percent.decode(call.path().substring("/kv/".length()));
    } catch (IllegalArgumentException e) {
      throw new RequestException(400, "key: " + e.getMessage());
    }
    if (key.isEmpty()) {
      throw new RequestException(
          400, "key: empty (expected: 1 to " + limits.maxKeyBytes() + " bytes)");
    }
    if (key.size() > limits.maxKeyBytes()) {
      throw new RequestException(
              414, "key: " + key.size() + " bytes (expected: at most " + limits.maxKeyBytes() + ")")
          .with("limit", limits.maxKeyBytes());
    }
    return key;
  }

  private static boolean linearizable(Call call) {
    String consistency =
        call.parameter("consistency").map(ByteString::toStringUtf8).orElse("linearizable");
    return switch (consistency) {
      case "linearizable" -> true;
      case "local" -> false;
      default ->
          throw new RequestException(
              400, "consistency: " + consistency + " (expected: linearizable or local)");
    };
  }

  private static int limit(ByteString text) {
    try {
      int limit = Integer.parseInt(text.toStringUtf8());
      if (limit >= 1 && limit <= MAX_LIST_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new RequestException(
        400, "limit: " + text.toStringUtf8() + " (expected: 1 to " + MAX_LIST_LIMIT + ")");
  }

  private static Mono<Answer> only(String allowed, String method, Supplier<Mono<Answer>> answer) {
    allow(allowed, method);
    return answer.get();
  }

  private static void allow(String allowed, String method) {
    if (!method.equals(allowed)) {
      throw wrongMethod(method, allowed);
    }
  }

  private static RequestException wrongMethod(String method, String allowed) {
    return new RequestException(405, "method " + method + " (expected: " + allowed + ")")
        .with("allow", allowed);
  }
}
