// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.kv.Version;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.Bind;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.NodeConfig;
import io.raftwire.examples.kv.node.RequestException;
import io.raftwire.examples.kv.page.Faults;
import io.raftwire.examples.kv.page.PageFeed;
import io.raftwire.examples.kv.raft.KvEndpoint;
import io.raftwire.examples.kv.store.Applied;
import io.raftwire.examples.kv.store.Listing;
import io.raftwire.examples.kv.store.Value;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String JSON_TYPE = "application/json";
  private static final int MAX_MEMBER_BYTES = 16 << 10;
  private static final int DEFAULT_LIST_LIMIT = 1000;
  private static final int MAX_LIST_LIMIT = 10_000;

  // A key of full length with every byte encoded, twice in a query, and some room.
  private static final int LINE_BYTES_A_KEY_BYTE = 6;

  private final KvNode node;
  private final NodeConfig.Limits limits;
  private final Metrics metrics;
  private final NodeMeters meters;
  private final PageRoutes page;
  private final List<DisposableServer> servers = new ArrayList<>();

  /** The API and the page of one member. */
  public KvServer(KvNode node, NodeMeters meters, Faults faults, PageFeed feed) {
    this.node = node;
    this.limits = node.config().limits();
    this.metrics = new Metrics(node);
    this.meters = meters;
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
              response.header("Content-Length", Integer.toString(answer.body().size()));
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
            case "GET" -> members(call);
            case "POST" -> addMember(call);
            default -> throw wrongMethod(method, "GET, POST");
          };
      case MEMBER -> only("DELETE", method, () -> removeMember(call));
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
      case LINKS -> only("GET", method, () -> Mono.just(json(page.links())));
      case FAULTS -> only("GET", method, () -> Mono.just(json(page.faults())));
      case FAULT ->
          only("POST", method, () -> page.fault(call, limits.requestTimeout()).map(KvServer::json));
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
              return json(body);
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
              return json(body);
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
    return json(body);
  }

  private Mono<Answer> members(Call call) {
    call.allowParameters();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("clusterId", node.clusterId().toString());
    body.put("term", node.report().getTerm().getTerm());
    body.put("leader", node.leader().map(MemberId::toString).orElse(null));
    List<Map<String, Object>> members = new ArrayList<>();
    for (KvNode.MemberView member : node.members()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("id", member.id().toString());
      each.put("name", member.name());
      each.put("peerURLs", member.peerUrls());
      each.put("clientURLs", member.clientUrls());
      each.put("role", member.leader() ? "leader" : member.voting() ? "follower" : "learner");
      each.put("leader", member.leader());
      each.put("self", member.self());
      each.put("activeSince", member.activeSince().map(Object::toString).orElse(null));
      members.add(each);
    }
    body.put("members", members);
    return Mono.just(json(body));
  }

  private Mono<Answer> addMember(Call call) {
    call.allowParameters();
    return call.body(MAX_MEMBER_BYTES, limits.requestTimeout())
        .flatMap(
            body -> {
              NewMember wanted = NewMember.parse(body);
              return node.addMember(wanted.name, wanted.id, wanted.peerUrls, wanted.clientUrls)
                  .map(added -> added(added, wanted));
            });
  }

  private Answer added(KvEndpoint added, NewMember wanted) {
    List<String> flags = new ArrayList<>();
    StringJoiner cluster = new StringJoiner(",");
    for (KvNode.MemberView member : node.members()) {
      for (String url : member.peerUrls()) {
        cluster.add(member.id() + "@" + member.name() + "=" + url);
      }
    }
    flags.add("node");
    flags.add("--name=" + added.name());
    flags.add("--id=" + added.id());
    flags.add("--cluster-id=" + node.clusterId());
    flags.add("--initial-cluster-state=existing");
    flags.add("--initial-cluster=" + cluster);
    flags.add("--listen-peer-urls=" + wanted.peerUrls);
    flags.add("--initial-advertise-peer-urls=" + wanted.peerUrls);
    if (!wanted.clientUrls.isEmpty()) {
      flags.add("--listen-client-urls=" + String.join(",", wanted.clientUrls));
    }
    flags.add("--data-dir=" + added.name() + ".data");
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", added.id().toString());
    body.put("name", added.name());
    body.put("peerURLs", added.peerUrls());
    body.put("clientURLs", wanted.clientUrls);
    body.put("flags", flags);
    body.put("start", "java -jar raftwire-kv.jar " + String.join(" ", flags));
    return json(body).status(201);
  }

  private Mono<Answer> removeMember(Call call) {
    call.allowParameters();
    MemberId id;
    try {
      id = MemberId.parse(call.path().substring("/members/".length()));
    } catch (IllegalArgumentException e) {
      throw new RequestException(400, String.valueOf(e.getMessage()));
    }
    return node.removeMember(id)
        .map(
            removed -> {
              Map<String, Object> body = new LinkedHashMap<>();
              body.put("id", removed.id().toString());
              body.put("removed", true);
              return json(body);
            });
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
                  return json(body);
                }))
        .onErrorResume(
            RequestException.class,
            e -> {
              body.put("healthy", false);
              body.put("error", e.getMessage());
              return Mono.just(json(body).status(503));
            });
  }

  private Mono<Answer> version() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("raftwire-kv", Version.text());
    body.put("java", Runtime.version().toString());
    return Mono.just(json(body));
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
    Answer answer = json(body).status(failure.status());
    if (allow != null) {
      answer = answer.headers(Map.of("Allow", allow.toString()));
    }
    // What is left of such a body is not worth waiting for.
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

  private static Answer json(Map<String, ?> body) {
    try {
      return Answer.of(JSON_TYPE, ByteString.copyFromUtf8(JSON.writeValueAsString(body) + "\n"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts and numbers are JSON", e);
    }
  }

  private enum Route {
    KEY("/kv/{key}"),
    KEYS("/kv"),
    MEMBERS("/members"),
    MEMBER("/members/{id}"),
    HEALTH("/health"),
    VERSION("/version"),
    METRICS("/metrics"),
    PAGE("/page/{file}"),
    FEED("/page/feed"),
    LINKS("/page/links"),
    FAULTS("/faults"),
    FAULT("/faults/{cut|mend}"),
    UNKNOWN("unknown");

    private final String label;

    Route(String label) {
      this.label = label;
    }

    static Route of(String path) {
      return switch (path) {
        case "/kv" -> KEYS;
        case "/members" -> MEMBERS;
        case "/health" -> HEALTH;
        case "/version" -> VERSION;
        case "/metrics" -> METRICS;
        case "/" -> PAGE;
        case "/page/feed" -> FEED;
        case "/page/links" -> LINKS;
        case "/faults" -> FAULTS;
        default -> ofPrefix(path);
      };
    }

    private static Route ofPrefix(String path) {
      if (path.startsWith("/kv/")) {
        return KEY;
      }
      if (path.startsWith("/members/")) {
        return MEMBER;
      }
      if (path.startsWith("/faults/")) {
        return FAULT;
      }
      return path.startsWith("/page/") ? PAGE : UNKNOWN;
    }
  }

  private record NewMember(
      String name, @Nullable MemberId id, PeerUrls peerUrls, List<String> clientUrls) {

    private static final String EXPECTED =
        " (expected: {\"name\": \"m4\", \"peerURLs\": [\"http://127.0.0.1:2383\"], and if wanted"
            + " \"clientURLs\": [...] and \"id\": hex})";

    static NewMember parse(ByteString body) {
      try {
        JsonNode json = JSON.readTree(body.toByteArray());
        JsonNode name = json.path("name");
        if (!json.isObject()
            || !name.isTextual()
            || !name.textValue().matches("[A-Za-z0-9._-]{1,64}")) {
          throw new IllegalArgumentException(
              "name: " + name + " must be 1 to 64 letters, digits, dots, dashes or underscores");
        }
        MemberId id = json.has("id") ? MemberId.parse(json.path("id").asText()) : null;
        if (id != null && id.value() == 0) {
          throw new IllegalArgumentException("id: 0 is nobody's");
        }
        return new NewMember(
            name.textValue(), id, PeerUrls.of(texts(json, "peerURLs")), texts(json, "clientURLs"));
      } catch (IOException e) {
        throw new RequestException(400, "body: no JSON" + EXPECTED);
      } catch (IllegalArgumentException e) {
        throw new RequestException(400, "body: " + e.getMessage() + EXPECTED);
      }
    }

    private static List<String> texts(JsonNode json, String field) {
      List<String> texts = new ArrayList<>();
      JsonNode array = json.path(field);
      if (!array.isMissingNode() && !array.isArray()) {
        throw new IllegalArgumentException(field + ": " + array + " must be an array");
      }
      array.forEach(each -> texts.add(each.asText()));
      return texts;
    }
  }
}
