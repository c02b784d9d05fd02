// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.node.RequestException;
import io.raftwire.examples.kv.page.Faults;
import io.raftwire.examples.kv.page.PageFeed;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/** The page: its files, its feed, and the faults its buttons ask for. */
final class PageRoutes {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_FAULT_BYTES = 1024;
  private static final String RESOURCES = "/io/raftwire/examples/kv/page/";
  // The version is that of the dependency; a test fails if the two part.
  private static final String CHART =
      "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";

  private static final Map<String, String> PAGE_HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
              + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-cache",
          "X-Content-Type-Options",
          "nosniff");

  private final Map<String, Answer> files = new TreeMap<>();
  private final Faults faults;
  private final PageFeed feed;

  PageRoutes(Faults faults, PageFeed feed) {
    this.faults = faults;
    this.feed = feed;
    file("/", "text/html", RESOURCES + "index.html");
    file("/page/page.css", "text/css", RESOURCES + "page.css");
    file("/page/icon.svg", "image/svg+xml", RESOURCES + "icon.svg");
    for (String script :
        new String[] {"page", "feed", "charts", "graph", "links", "keys", "text"}) {
      file("/page/" + script + ".js", "text/javascript", RESOURCES + script + ".js");
    }
    file("/page/chart.js", "text/javascript", CHART);
  }

  /** A file of the page. */
  Answer file(Call call) {
    Answer file = files.get(call.path());
    if (file == null) {
      throw new RequestException(
          404, "path " + call.path() + " (expected: /, or one of " + files.keySet() + ")");
    }
    boolean known =
        call.header("If-None-Match").equals(Optional.ofNullable(file.headers().get("ETag")));
    return known ? new Answer(304, file.contentType(), file.headers(), ByteString.EMPTY) : file;
  }

  /** The states of this member's links. */
  Map<String, String> links() {
    return feed.links();
  }

  /** The links that are cut here. */
  Map<String, Object> faults() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("allowed", faults.allowed());
    body.put("cut", faults.cut().stream().map(MemberId::toString).toList());
    return body;
  }

  /** Cuts or mends the link to the peer that the body names. */
  Mono<Map<String, Object>> fault(Call call, Duration idle) {
    faults.requireAllowed();
    boolean cut =
        switch (call.path()) {
          case "/faults/cut" -> true;
          case "/faults/mend" -> false;
          default ->
              throw new RequestException(
                  404, "path " + call.path() + " (expected: /faults/cut or /faults/mend)");
        };
    String type = call.header("Content-Type").orElse("none");
    // What a form of another site cannot send without asking first.
    if (!type.toLowerCase(Locale.ROOT).matches("application/json(\\s*;.*)?")) {
      throw new RequestException(415, "Content-Type: " + type + " (expected: application/json)");
    }
    return call.body(MAX_FAULT_BYTES, idle)
        .map(
            body -> {
              faults.set(peer(body), cut);
              return faults();
            });
  }

  /** The feed, for as long as the viewer stays. */
  Mono<Void> feed(HttpServerResponse response) {
    response.status(200);
    response.header("Content-Type", "text/event-stream");
    response.header("Cache-Control", "no-store");
    response.header("X-Content-Type-Options", "nosniff");
    response.chunkedTransfer(true);
    // One event at a time is written and flushed; those that come meanwhile are merged into one.
    return response
        .sendHeaders()
        .then()
        .thenMany(
            feed.view()
                .concatMap(
                    event ->
                        response
                            .sendObject(new DefaultHttpContent(Unpooled.wrappedBuffer(event)))
                            .then(),
                    0))
        .then();
  }

  /** Whether one more may look. */
  void requireRoom() {
    if (feed.viewers() >= PageFeed.MAX_VIEWERS) {
      throw new RequestException(
          503,
          "page: "
              + feed.viewers()
              + " viewers (expected: at most "
              + PageFeed.MAX_VIEWERS
              + "; close one)");
    }
  }

  private static MemberId peer(ByteString body) {
    String expected = " (expected: {\"peer\": \"id\"}, the id as GET /members shows it)";
    try {
      JsonNode peer = JSON.readTree(body.toByteArray()).path("peer");
      if (!peer.isTextual()) {
        throw new RequestException(400, "body: peer: " + peer + expected);
      }
      return MemberId.parse(peer.textValue());
    } catch (IOException e) {
      throw new RequestException(400, "body: no JSON" + expected);
    } catch (IllegalArgumentException e) {
      throw new RequestException(400, "body: peer: " + e.getMessage() + expected);
    }
  }

  private void file(String path, String type, String resource) {
    try (InputStream in =
        Objects.requireNonNull(PageRoutes.class.getResourceAsStream(resource), resource)) {
      ByteString content = ByteString.readFrom(in);
      CRC32 sum = new CRC32();
      sum.update(content.toByteArray());
      Map<String, String> headers = new TreeMap<>(PAGE_HEADERS);
      headers.put("ETag", "\"%08x-%x\"".formatted(sum.getValue(), content.size()));
      files.put(path, Answer.of(type + "; charset=utf-8", content).headers(headers));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
