// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The parts of etcd's client API a learner needs, over its JSON gateway. All calls block. */
public final class EtcdApi {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final List<URI> endpoints;
  private final HttpClient http;
  private final @Nullable Login login;
  private @Nullable String token;

  /**
   * Over the given endpoints, which are tried in turn.
   *
   * @param tls for https endpoints; null for what the platform trusts
   * @param login for a cluster with authentication; null for one without
   */
  public EtcdApi(List<URI> endpoints, @Nullable SSLContext tls, @Nullable Login login) {
    this.endpoints = List.copyOf(endpoints);
    this.login = login;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3));
    this.http = (tls == null ? builder : builder.sslContext(tls)).build();
  }

  /** Who asks, where the cluster demands to know. */
  public record Login(String user, String password) {}

  /** The cluster's id and members. */
  public record Cluster(ClusterId id, List<Member> members) {}

  /** A member just added, with the cluster it is in now. */
  public record Added(MemberId id, Cluster cluster) {}

  /** How far an endpoint is in the log, and which version it runs. */
  public record Status(long raftIndex, String version) {}

  /** The members. */
  public Cluster list() {
    return cluster(post("/v3/cluster/member/list", JSON.createObjectNode()));
  }

  /** An endpoint's status. */
  public Status status() {
    JsonNode status = post("/v3/maintenance/status", JSON.createObjectNode());
    return new Status(
        Long.parseUnsignedLong(status.path("raftIndex").asText("0")),
        status.path("version").asText());
  }

  /** Adds a learner. */
  public Added addLearner(PeerUrls urls) {
    ObjectNode body = JSON.createObjectNode().put("isLearner", true);
    urls.urls().forEach(url -> body.withArray("peerURLs").add(url.toString()));
    JsonNode added = post("/v3/cluster/member/add", body);
    return new Added(Member.of(added.path("member")).id(), cluster(added));
  }

  /** Gives a member other peer URLs. */
  public void move(MemberId id, PeerUrls urls) {
    ObjectNode body = JSON.createObjectNode().put("ID", Long.toUnsignedString(id.value()));
    urls.urls().forEach(url -> body.withArray("peerURLs").add(url.toString()));
    post("/v3/cluster/member/update", body);
  }

  /** Removes a member for good. */
  public void remove(MemberId id) {
    post(
        "/v3/cluster/member/remove",
        JSON.createObjectNode().put("ID", Long.toUnsignedString(id.value())));
  }

  private static Cluster cluster(JsonNode answer) {
    List<Member> members = new ArrayList<>();
    answer.path("members").forEach(member -> members.add(Member.of(member)));
    String id = answer.path("header").path("cluster_id").asText("0");
    return new Cluster(ClusterId.of(Long.parseUnsignedLong(id)), List.copyOf(members));
  }

  private JsonNode post(String path, ObjectNode body) {
    if (login != null && token == null) {
      ObjectNode credentials =
          JSON.createObjectNode().put("name", login.user()).put("password", login.password());
      token = tryAll("/v3/auth/authenticate", credentials).path("token").asText();
    }
    return tryAll(path, body);
  }

  private JsonNode tryAll(String path, ObjectNode body) {
    List<String> failures = new ArrayList<>();
    for (URI endpoint : endpoints) {
      try {
        return post(endpoint, path, body);
      } catch (IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        failures.add(endpoint + ": " + why);
      }
    }
    throw new ClusterException(
        "endpoints: none answers (expected: an etcd client URL): " + String.join("; ", failures));
  }

  private JsonNode post(URI endpoint, String path, ObjectNode body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint.resolve(path))
            .timeout(TIMEOUT)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (token != null) {
      request.header("Authorization", token);
    }
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while asking " + endpoint, e);
    }
    JsonNode answer = json(endpoint, path, response);
    if (response.statusCode() != 200) {
      String error = answer.path("error").asText(answer.path("message").asText());
      throw new ClusterException(
          error.isEmpty() ? endpoint + path + ": HTTP " + response.statusCode() : error);
    }
    return answer;
  }

  private static JsonNode json(URI endpoint, String path, HttpResponse<String> response)
      throws IOException {
    try {
      return JSON.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new IOException(
          "HTTP " + response.statusCode() + " from " + endpoint.resolve(path) + " is not JSON", e);
    }
  }
}
