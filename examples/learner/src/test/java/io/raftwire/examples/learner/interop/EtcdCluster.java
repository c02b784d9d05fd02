// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.raftwire.MemberId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/** Real etcd processes. */
final class EtcdCluster implements AutoCloseable {

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONCURRENT_PUTS = 64;

  private final Path directory;
  private final List<Node> nodes = new ArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  private static final class Node {
    final List<String> command;
    final URI client;
    final Path log;
    Process process;

    Node(List<String> command, URI client, Path log) {
      this.command = command;
      this.client = client;
      this.log = log;
    }
  }

  private volatile String token = "";

  private EtcdCluster(Path directory) {
    this.directory = directory;
  }

  /**
   * Starts a cluster and waits for its leader.
   *
   * @param scheme of the peer URLs
   * @param flags more flags; {@code {client}} in them is the member's client URL
   */
  static EtcdCluster start(
      Tools.Etcd etcd, Path directory, int size, String scheme, String... flags) throws Exception {
    EtcdCluster cluster = new EtcdCluster(Files.createDirectories(directory));
    List<String> peers = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      peers.add(scheme + "://127.0.0.1:" + freePort());
    }
    List<String> initial = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      initial.add("m" + i + "=" + peers.get(i));
    }
    for (int i = 0; i < size; i++) {
      String client = "http://127.0.0.1:" + freePort();
      List<String> command =
          new ArrayList<>(
              List.of(
                  etcd.server().toString(),
                  "--name=m" + i,
                  "--data-dir=" + directory.resolve("m" + i),
                  "--listen-client-urls=" + client,
                  "--advertise-client-urls=" + client,
                  "--listen-peer-urls=" + peers.get(i),
                  "--initial-advertise-peer-urls=" + peers.get(i),
                  "--initial-cluster=" + String.join(",", initial),
                  "--initial-cluster-state=new",
                  // Slow shared machines: keep the leader while the processor is busy.
                  "--heartbeat-interval=100",
                  "--election-timeout=2000"));
      command.addAll(etcd.flags());
      Stream.of(flags).map(flag -> flag.replace("{client}", client)).forEach(command::add);
      cluster.nodes.add(new Node(command, URI.create(client), directory.resolve("m" + i + ".log")));
    }
    for (int i = 0; i < size; i++) {
      cluster.restart(i);
    }
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .failFast("a member has ended", () -> !cluster.allAlive())
          .until(() -> cluster.leader() >= 0);
    } catch (ConditionTimeoutException | TerminalFailureException e) {
      cluster.close();
      throw new AssertionError("no leader; the members' last lines: " + cluster.lastLines(), e);
    }
    return cluster;
  }

  /**
   * A free port below those that systems give to outgoing connections: one that dials a listener
   * which is still to come must not get that listener's port. And none of kv's tests or those of
   * the metrics, which may run at the same time.
   */
  static int freePort() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(21_100, 31_000);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (GIVEN.add(port)) {
          return port;
        }
      } catch (IOException e) {
        // taken: another one
      }
    }
  }

  private boolean allAlive() {
    return nodes.stream().allMatch(node -> node.process.isAlive());
  }

  private String lastLines() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Node node : nodes) {
      List<String> all = Files.readAllLines(node.log);
      all.subList(Math.max(0, all.size() - 10), all.size())
          .forEach(line -> lines.append('\n').append(line));
    }
    return lines.toString();
  }

  int size() {
    return nodes.size();
  }

  String endpoint(int node) {
    return nodes.get(node).client.toString();
  }

  String endpoints() {
    return String.join(",", nodes.stream().map(node -> node.client.toString()).toList());
  }

  void kill(int node) {
    nodes.get(node).process.destroyForcibly().onExit().join();
  }

  void restart(int node) throws IOException {
    Node it = nodes.get(node);
    it.process =
        new ProcessBuilder(it.command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(it.log.toFile()))
            .start();
  }

  List<String> log(int node) throws IOException {
    return Files.readAllLines(nodes.get(node).log);
  }

  /** The node that leads; -1 if none, or none answers. */
  int leader() {
    for (int i = 0; i < nodes.size(); i++) {
      try {
        JsonNode status = post(i, "/v3/maintenance/status", JSON.createObjectNode());
        String leader = status.path("leader").asText("0");
        if (!leader.equals("0") && leader.equals(status.at("/header/member_id").asText())) {
          return i;
        }
      } catch (IOException e) {
        // asked again
      }
    }
    return -1;
  }

  MemberId id(int node) throws IOException {
    JsonNode status = post(node, "/v3/maintenance/status", JSON.createObjectNode());
    return MemberId.of(Long.parseUnsignedLong(status.at("/header/member_id").asText()));
  }

  /** The members as any node lists them. */
  List<JsonNode> members() throws IOException {
    JsonNode list = post(leader(), "/v3/cluster/member/list", JSON.createObjectNode());
    return StreamSupport.stream(list.path("members").spliterator(), false).toList();
  }

  String peerUrl(MemberId id) throws IOException {
    return members().stream()
        .filter(member -> member.path("ID").asText().equals(Long.toUnsignedString(id.value())))
        .findFirst()
        .orElseThrow()
        .at("/peerURLs/0")
        .asText();
  }

  void move(MemberId member, String peerUrl) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("ID", Long.toUnsignedString(member.value()));
    body.putArray("peerURLs").add(peerUrl);
    post(leader(), "/v3/cluster/member/update", body);
  }

  MemberId add(String peerUrl, boolean learner) throws IOException {
    ObjectNode body = JSON.createObjectNode().put("isLearner", learner);
    body.putArray("peerURLs").add(peerUrl);
    JsonNode added = post(leader(), "/v3/cluster/member/add", body);
    return MemberId.of(Long.parseUnsignedLong(added.at("/member/ID").asText()));
  }

  void remove(MemberId member) throws IOException {
    post(
        leader(),
        "/v3/cluster/member/remove",
        JSON.createObjectNode().put("ID", Long.toUnsignedString(member.value())));
  }

  String metrics(int node) throws IOException {
    return send(HttpRequest.newBuilder(nodes.get(node).client.resolve("/metrics")).build());
  }

  /** Puts {@code count} keys, many at a time; every one has been committed on return. */
  void put(String prefix, int count) throws Exception {
    Semaphore room = new Semaphore(CONCURRENT_PUTS);
    AtomicInteger failed = new AtomicInteger();
    int leader = leader();
    List<CompletableFuture<?>> puts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      room.acquire();
      HttpRequest request =
          request(leader, "/v3/kv/put", keyValue(String.format("%s-%05d", prefix, i), "v" + i));
      puts.add(
          http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
              .whenComplete(
                  (response, error) -> {
                    room.release();
                    if (error != null || response.statusCode() != 200) {
                      failed.incrementAndGet();
                    }
                  }));
    }
    CompletableFuture.allOf(puts.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
    assertThat(failed).as("puts that failed").hasValue(0);
  }

  /** The keys with a prefix in the order in which the cluster took them. */
  List<String> keysInOrder(String prefix) throws IOException {
    ObjectNode range =
        JSON.createObjectNode()
            .put("key", base64(prefix + "-"))
            .put("range_end", base64(prefix + "."))
            .put("keys_only", true);
    JsonNode answer = post(leader(), "/v3/kv/range", range);
    return StreamSupport.stream(answer.path("kvs").spliterator(), false)
        .sorted(Comparator.comparingLong(kv -> kv.path("mod_revision").asLong()))
        .map(kv -> text(kv.path("key").asText()))
        .toList();
  }

  /** From now on the cluster answers this user only, and this object is one. */
  void demandLogin(String user, String password) throws IOException {
    ObjectNode credentials = JSON.createObjectNode().put("name", user).put("password", password);
    post(0, "/v3/auth/user/add", credentials);
    post(0, "/v3/auth/user/grant", JSON.createObjectNode().put("user", user).put("role", "root"));
    post(0, "/v3/auth/enable", JSON.createObjectNode());
    token = post(0, "/v3/auth/authenticate", credentials).path("token").asText();
  }

  JsonNode post(int node, String path, ObjectNode body) throws IOException {
    return JSON.readTree(send(request(node, path, body)));
  }

  private HttpRequest request(int node, String path, ObjectNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(nodes.get(Math.max(node, 0)).client.resolve(path))
            .timeout(Duration.ofSeconds(10))
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (!token.isEmpty()) {
      request.header("Authorization", token);
    }
    return request.build();
  }

  /** What a URL answers, from a server that may not be etcd. */
  JsonNode get(String url) throws IOException {
    return JSON.readTree(send(HttpRequest.newBuilder(URI.create(url)).build()));
  }

  private String send(HttpRequest request) throws IOException {
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(request.uri() + ": " + response.body());
      }
      return response.body();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static ObjectNode keyValue(String key, String value) {
    return JSON.createObjectNode().put("key", base64(key)).put("value", base64(value));
  }

  static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }

  Path directory() {
    return directory;
  }

  @Override
  public void close() {
    for (int i = 0; i < nodes.size(); i++) {
      kill(i);
    }
  }
}
