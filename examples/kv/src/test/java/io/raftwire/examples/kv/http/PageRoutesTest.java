// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftwire.MemberId;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.FakeNetwork;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.TestNodes;
import io.raftwire.examples.kv.page.Faults;
import io.raftwire.examples.kv.page.PageFeed;
import io.raftwire.metrics.MeterNames;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PageRoutesTest {

  @TempDir private static Path dir;

  private static KvNode node;
  private static PageFeed feed;
  private static KvServer server;
  private static MemberId peer;

  @BeforeAll
  static void start() {
    FakeNetwork network = new FakeNetwork();
    node =
        new KvNode(TestNodes.config(dir, "m1", "m1=http://h:1,m2=http://h:2"), network::transport);
    peer =
        node.members().stream()
            .map(KvNode.MemberView::id)
            .filter(id -> !id.equals(node.id()))
            .findFirst()
            .orElseThrow();
    NodeMeters meters = new NodeMeters(MeterNames.RAFTWIRE);
    Faults faults = new Faults(node, true);
    feed = new PageFeed(node, meters, faults, Duration.ofMillis(50));
    feed.start();
    node.start();
    server = new KvServer(node, meters, faults, feed);
    server.start(List.of(URI.create("http://127.0.0.1:0")));
  }

  @AfterAll
  static void stop() {
    feed.close();
    server.close();
    node.stop();
  }

  @Test
  void everyFileOfThePageIsThereAndNamesNoOtherSite() throws Exception {
    String index = request("GET / HTTP/1.1", "");
    assertThat(index)
        .startsWith("HTTP/1.1 200")
        .contains("Content-Type: text/html; charset=utf-8")
        .contains("default-src 'none'; script-src 'self'")
        .contains("X-Content-Type-Options: nosniff");
    Matcher reference = Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"").matcher(index);
    List<String> files = new ArrayList<>(List.of("page/feed.js", "page/charts.js", "page/keys.js"));
    while (reference.find()) {
      files.add(reference.group(1));
    }
    assertThat(files).hasSizeGreaterThan(5).contains("page/chart.js", "page/page.css");
    for (String file : files) {
      assertThat(request("GET /" + file + " HTTP/1.1", "")).as(file).startsWith("HTTP/1.1 200");
    }
    assertThat(index).doesNotContain("https://").doesNotContain("style=").doesNotContain("onclick");
  }

  @Test
  void anUnchangedFileIsNotSentAgain() throws Exception {
    Matcher tag =
        Pattern.compile("ETag: (\\S+)").matcher(request("GET /page/chart.js HTTP/1.1", ""));
    assertThat(tag.find()).isTrue();
    assertThat(request("GET /page/chart.js HTTP/1.1", "", "If-None-Match: " + tag.group(1)))
        .startsWith("HTTP/1.1 304");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "GET    | /page/other.js | -                | 404 | one of",
        "POST   | /              | -                | 405 | GET",
        "POST   | /page/feed     | -                | 405 | GET",
        "GET    | /faults/cut    | -                | 405 | POST",
        "POST   | /faults        | -                | 405 | GET",
        "POST   | /faults/break  | application/json | 404 | /faults/cut or /faults/mend",
        "POST   | /faults/cut    | -                | 415 | none (expected: application/json)",
        "POST   | /faults/cut    | text/plain       | 415 | text/plain (expected: application/json)",
        "POST   | /faults/cut    | application/json | 400 | no JSON",
      })
  void aRequestThatMakesNoSenseIsToldWhatDoes(
      String method, String path, String type, int status, String expected) throws Exception {
    String answer =
        request(
            method + " " + path + " HTTP/1.1",
            method.equals("POST") ? "{nonsense" : "",
            type == null ? "X-None: 1" : "Content-Type: " + type);
    assertThat(answer).startsWith("HTTP/1.1 " + status).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                  | 400 | the id as GET /members shows it",
        "{\"peer\": 3}       | 400 | the id as GET /members shows it",
        "{\"peer\": \"xyz\"} | 400 | hex digits",
        "{\"peer\": \"77\"}  | 404 | is no member",
        "{\"peer\": \"ME\"}  | 400 | is this member",
      })
  void aFaultNamesAPeer(String body, int status, String expected) throws Exception {
    assertThat(fault("cut", body.replace("ME", node.id().toString())))
        .startsWith("HTTP/1.1 " + status)
        .contains(expected);
  }

  @Test
  void aLinkIsCutAndMended() throws Exception {
    String body = "{\"peer\": \"" + peer + "\"}";
    assertThat(fault("cut", body)).startsWith("HTTP/1.1 200").contains("\"cut\":[\"" + peer);
    await().until(() -> feed.links().get(peer.toString()).equals("cut"));
    assertThat(request("GET /page/links HTTP/1.1", "")).contains("\"" + peer + "\":\"cut\"");
    assertThat(fault("cut", body)).startsWith("HTTP/1.1 200");
    assertThat(fault("mend", body)).contains("\"cut\":[]");
    assertThat(request("GET /faults HTTP/1.1", "")).contains("\"allowed\":true,\"cut\":[]");
    await().until(() -> !feed.links().get(peer.toString()).equals("cut"));
  }

  @ParameterizedTest
  @CsvSource({
    "PUT /kv/a",
    "DELETE /kv/a",
    "POST /members",
    "POST /faults/cut",
    "GET /page/feed",
    "GET /kv/a",
  })
  void aBrowserIsRefusedWhatThePageOfAnotherSiteAsks(String what) throws Exception {
    for (String origin : List.of("http://evil.example", "http://h.evil.example", "null")) {
      assertThat(request(what + " HTTP/1.1", "{}", "Origin: " + origin))
          .startsWith("HTTP/1.1 403")
          .contains("Origin: " + origin + " (expected: none, or http://h)");
    }
    if (what.equals("POST /faults/cut")) {
      assertThat(request(what + " HTTP/1.1", "{}", "Origin: http://h")).startsWith("HTTP/1.1 415");
    }
  }

  @Test
  void aViewerGetsAllThatIsKnownAndThenEachSample() throws Exception {
    try (Socket viewer = open()) {
      String text = read(viewer, "event: tick");
      assertThat(text)
          .contains("Content-Type: text/event-stream")
          .containsSubsequence("event: full", "\"history\":[", "event: tick");
    }
    await().until(() -> feed.viewers() == 0);
  }

  @Test
  void thereIsALimitToViewers() throws Exception {
    List<Socket> viewers = new ArrayList<>();
    try {
      for (int i = 0; i < PageFeed.MAX_VIEWERS; i++) {
        Socket viewer = open();
        viewers.add(viewer);
        read(viewer, "event: full");
      }
      assertThat(request("GET /page/feed HTTP/1.1", ""))
          .startsWith("HTTP/1.1 503")
          .contains("at most 64");
    } finally {
      for (Socket viewer : viewers) {
        viewer.close();
      }
    }
    await().until(() -> feed.viewers() == 0);
  }

  private static String fault(String what, String body) throws IOException {
    return request(
        "POST /faults/" + what + " HTTP/1.1",
        body,
        "Content-Type: application/json; charset=utf-8");
  }

  private static Socket open() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.ports().get(0));
    socket
        .getOutputStream()
        .write("GET /page/feed HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String read(Socket socket, String until) throws IOException {
    StringBuilder text = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[8192];
    while (text.indexOf(until) < 0) {
      int read = in.read(buffer);
      assertThat(read).as("%s", text).isPositive();
      text.append(new String(buffer, 0, read, StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  // By hand, because Java's client sends no Origin of one's choice.
  private static String request(String line, String body, String... headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.ports().get(0))) {
      byte[] content = body.getBytes(StandardCharsets.UTF_8);
      String head =
          line
              + "\r\nHost: h\r\nConnection: close\r\nContent-Length: "
              + content.length
              + "\r\n"
              + String.join("\r\n", headers)
              + (headers.length == 0 ? "\r\n" : "\r\n\r\n");
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(content);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
