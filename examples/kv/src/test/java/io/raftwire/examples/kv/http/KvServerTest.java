// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.FakeNetwork;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.TestNodes;
import io.raftwire.examples.kv.page.Faults;
import io.raftwire.examples.kv.page.PageFeed;
import io.raftwire.metrics.MeterNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class KvServerTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final HttpClient client = HttpClient.newHttpClient();

  @TempDir private static Path dir;

  private static KvNode node;
  private static KvServer server;

  @BeforeAll
  static void start() {
    FakeNetwork network = new FakeNetwork();
    node = new KvNode(TestNodes.config(dir, "m1", "m1=http://h:1"), network::transport);
    node.start();
    NodeMeters meters = new NodeMeters(MeterNames.RAFTWIRE);
    Faults faults = new Faults(node, false);
    server =
        new KvServer(
            node, meters, faults, new PageFeed(node, meters, faults, Duration.ofSeconds(1)));
    server.start(List.of(URI.create("http://127.0.0.1:0")));
    await().until(() -> node.leader().isPresent());
  }

  @AfterAll
  static void stop() {
    server.close();
    node.stop();
  }

  @Test
  void aKeyIsSetReadAndDeleted() throws Exception {
    assertThat(json(put("/kv/mine", "1"), 200).get("created").asBoolean()).isTrue();
    assertThat(json(put("/kv/mine", "2"), 200).get("created").asBoolean()).isFalse();
    HttpResponse<byte[]> got = get("/kv/mine");
    assertThat(got.body()).asString().isEqualTo("2");
    assertThat(got.headers().firstValue("X-Raft-Index")).isPresent();
    assertThat(json(send("DELETE", "/kv/mine", null), 200).get("deleted").asBoolean()).isTrue();
    assertThat(json(send("DELETE", "/kv/mine", null), 200).get("deleted").asBoolean()).isFalse();
    assertThat(json(get("/kv/mine"), 404).get("error").asText()).contains("key mine has no value");
  }

  @Test
  void keysAndValuesAreAnyBytes() throws Exception {
    Random random = new Random(3);
    for (int i = 0; i < 50; i++) {
      byte[] key = new byte[1 + random.nextInt(100)];
      byte[] value = new byte[random.nextInt(3000)];
      random.nextBytes(key);
      random.nextBytes(value);
      String path = "/kv/" + Percent.encode(ByteString.copyFrom(key));
      assertThat(send("PUT", path, value).statusCode()).isEqualTo(200);
      assertThat(get(path).body()).isEqualTo(value);
      assertThat(get(path + "?consistency=local").body()).isEqualTo(value);
    }
  }

  @Test
  void aSlashAndAPlusInAPathAreThemselves() throws Exception {
    put("/kv/dir/file+1", "x");
    assertThat(get("/kv/dir%2Ffile%2B1").body()).asString().isEqualTo("x");
  }

  @Test
  void keysAreListedByPrefixInPages() throws Exception {
    for (int i = 0; i < 5; i++) {
      put("/kv/list%00" + i, "v" + i);
    }
    JsonNode first = json(get("/kv?prefix=list%00&limit=3"), 200);
    assertThat(first.get("count").asInt()).isEqualTo(3);
    JsonNode second =
        json(get("/kv?prefix=list%00&limit=3&start=" + first.get("next").asText()), 200);
    assertThat(second.get("count").asInt()).isEqualTo(2);
    assertThat(second.has("next")).isFalse();
    JsonNode last = second.get("kvs").get(1);
    assertThat(Base64.getDecoder().decode(last.get("key").asText()))
        .asString()
        .isEqualTo("list\0" + "4");
    assertThat(Base64.getDecoder().decode(last.get("value").asText())).asString().isEqualTo("v4");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET    | /kv/%zz              | 400 | %zz",
        "GET    | /kv/a%2              | 400 | two hex digits",
        "GET    | /kv/                 | 400 | 1 to 4096 bytes",
        "GET    | /kv/a?consistency=no | 400 | linearizable or local",
        "GET    | /kv/a?consistancy=x  | 400 | consistancy (expected: consistency)",
        "PUT    | /kv/a?ttl=3          | 400 | ttl (expected: none)",
        "GET    | /kv?limit=0          | 400 | 1 to 10000",
        "GET    | /kv?limit=x          | 400 | 1 to 10000",
        "GET    | /kv?prefix=%f        | 400 | prefix",
        "GET    | /nowhere             | 404 | /kv/{key}",
        "GET    | /kv/none             | 404 | none",
        "POST   | /kv/a                | 405 | GET, PUT, DELETE",
        "DELETE | /kv                  | 405 | GET",
        "PUT    | /members             | 405 | GET, POST",
        "GET    | /members/1           | 405 | DELETE",
        "POST   | /health              | 405 | GET",
        "DELETE | /members/xyz         | 400 | 1 to 16 hex digits",
        "DELETE | /members/77          | 404 | 77",
      })
  void aRequestThatMakesNoSenseIsToldWhatDoes(
      String method, String path, int status, String expected) throws Exception {
    assertThat(json(send(method, path, null), status).get("error").asText()).contains(expected);
  }

  @Test
  void aWrongMethodIsToldTheRightOnes() throws Exception {
    assertThat(send("POST", "/kv/a", null).headers().firstValue("Allow"))
        .contains("GET, PUT, DELETE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nonsense                                                          | no JSON",
        "[]                                                                | name",
        "{\"name\":\"a b\",\"peerURLs\":[\"http://h:1\"]}                  | letters",
        "{\"name\":\"m9\"}                                                 | at least one",
        "{\"name\":\"m9\",\"peerURLs\":[\"ftp://h:1\"]}                    | ftp://h:1",
        "{\"name\":\"m9\",\"peerURLs\":\"http://h:1\"}                     | array",
        "{\"name\":\"m9\",\"peerURLs\":[\"http://h:3\"],\"id\":\"0\"}      | nobody",
        "{\"name\":\"m9\",\"peerURLs\":[\"http://h:3\"],\"id\":\"q\"}      | hex",
        "{\"name\":\"m9\",\"peerURLs\":[\"http://h:3\"],\"clientURLs\":[\"a;b\"]} | a;b",
        "{\"name\":\"m9\",\"peerURLs\":[\"http://h:3\"],\"clientURLs\":[\"https://h:1\"]} | must be http",
      })
  void aMemberThatMakesNoSenseIsRefused(String body, String expected) throws Exception {
    assertThat(
            json(send("POST", "/members", body.getBytes(StandardCharsets.UTF_8)), 400)
                .get("error")
                .asText())
        .contains(expected);
  }

  @Test
  void aValueMayBeAsLargeAsTheLimitAndNoLarger() throws Exception {
    byte[] largest = new byte[1 << 20];
    assertThat(send("PUT", "/kv/big", largest).statusCode()).isEqualTo(200);
    assertThat(get("/kv/big").body()).hasSize(1 << 20);
    JsonNode refused = json(send("PUT", "/kv/big", new byte[(1 << 20) + 1]), 413);
    assertThat(refused.get("limit").asInt()).isEqualTo(1 << 20);
    assertThat(refused.get("error").asText()).contains("1048576");
  }

  @Test
  void whoSendsAllOfAValueThatIsTooLargeStillGetsTheAnswer() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.ports().get(0))) {
      OutputStream out = socket.getOutputStream();
      byte[] chunk = new byte[0x10000];
      out.write(
          ("PUT /kv/big HTTP/1.1\r\nHost: h\r\nContent-Length: " + 128 * chunk.length + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 128; i++) {
        out.write(chunk);
      }
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void whoSendsAValueOfUnknownLengthThatIsTooLargeStillGetsTheAnswer() throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.ports().get(0))) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "PUT /kv/big HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      byte[] chunk = new byte[0x10000];
      for (int i = 0; i < 128; i++) {
        out.write("10000\r\n".getBytes(StandardCharsets.US_ASCII));
        out.write(chunk);
        out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      InputStream in = socket.getInputStream();
      assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 413");
    }
  }

  @Test
  void aConnectionLivesOnAfterARefusedRequestWithABody() throws Exception {
    for (int i = 0; i < 20; i++) {
      assertThat(put("/kv/a?ttl=1", "x".repeat(1000)).statusCode()).isEqualTo(400);
      assertThat(put("/kv/a", "x").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aKeyMayBeAsLongAsTheLimitAndNoLonger() throws Exception {
    assertThat(put("/kv/" + "%01".repeat(4096), "x").statusCode()).isEqualTo(200);
    JsonNode refused = json(put("/kv/" + "k".repeat(4097), "x"), 414);
    assertThat(refused.get("limit").asInt()).isEqualTo(4096);
  }

  @Test
  void healthVersionMetricsAndMembersAreShown() throws Exception {
    assertThat(json(get("/health"), 200).get("healthy").asBoolean()).isTrue();
    assertThat(json(get("/version"), 200).get("raftwire-kv").asText()).isNotEmpty();
    await()
        .untilAsserted(
            () -> {
              JsonNode members = json(get("/members"), 200);
              assertThat(members.get("leader").asText()).isEqualTo(node.id().toString());
              JsonNode member = members.get("members").get(0);
              assertThat(member.get("role").asText()).isEqualTo("leader");
              assertThat(member.get("clientURLs").get(0).asText())
                  .isEqualTo("http://client-of-m1:80");
              assertThat(member.get("activeSince").asText()).isNotEmpty();
            });
    assertThat(get("/metrics").body())
        .asString()
        .contains("kv_raft_is_leader 1\n")
        .contains("kv_http_requests_total{route=\"/health\",method=\"GET\",status=\"200\"}");
  }

  private static HttpResponse<byte[]> get(String path) throws Exception {
    return send("GET", path, null);
  }

  private static HttpResponse<byte[]> put(String path, String value) throws Exception {
    return send("PUT", path, value.getBytes(StandardCharsets.UTF_8));
  }

  // By hand, because Java's URI refuses the paths that have to be refused here.
  private static HttpResponse<byte[]> send(String method, String path, byte[] body)
      throws Exception {
    if (path.matches(".*%(?![0-9a-fA-F]{2}).*")) {
      return RawHttp.send(server.ports().get(0), method, path);
    }
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.ports().get(0) + path))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private static JsonNode json(HttpResponse<byte[]> response, int status) throws IOException {
    assertThat(response.statusCode())
        .as(() -> new String(response.body(), StandardCharsets.UTF_8))
        .isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    return JSON.readTree(response.body());
  }
}
