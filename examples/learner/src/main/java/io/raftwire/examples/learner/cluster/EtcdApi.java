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
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The parts of etcd's client API a learner needs, over its JSON gateway. All calls block.
 *
 * <p>Errors of etcd 3.4 have trailers, which the JDK's newer client takes for a broken connection
 * since 17.0.21.1; its older one reads them.
 */
public final class EtcdApi {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONNECT_MILLIS = 3_000;
  private static final int READ_MILLIS = 10_000;

  // ErrUserEmpty of etcd's server/auth/store.go.
  private static final String NO_USER = "user name is empty";

  private final List<URI> endpoints;
  private final @Nullable SSLContext tls;
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
    this.tls = tls;
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
    HttpURLConnection request = request(endpoint.resolve(path));
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    // Also keeps it from being sent once more, unasked, over another connection.
    request.setFixedLengthStreamingMode(bytes.length);
    try (OutputStream out = request.getOutputStream()) {
      out.write(bytes);
    }
    int status = request.getResponseCode();
    JsonNode answer = json(endpoint.resolve(path), status, body(request, status));
    if (status != 200) {
      String error = answer.path("error").asText(answer.path("message").asText());
      if (error.isEmpty()) {
        error = endpoint + path + ": HTTP " + status;
      } else if (error.contains(NO_USER)) {
        error += " (expected: --user, as the cluster has authentication)";
      }
      throw new ClusterException(error);
    }
    return answer;
  }

  private HttpURLConnection request(URI url) throws IOException {
    HttpURLConnection request = (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
    if (tls != null && request instanceof HttpsURLConnection https) {
      https.setSSLSocketFactory(tls.getSocketFactory());
    }
    request.setConnectTimeout(CONNECT_MILLIS);
    request.setReadTimeout(READ_MILLIS);
    request.setDoOutput(true);
    request.setRequestMethod("POST");
    request.setRequestProperty("Content-Type", "application/json");
    if (token != null) {
      request.setRequestProperty("Authorization", token);
    }
    return request;
  }

  private static String body(HttpURLConnection request, int status) throws IOException {
    try (InputStream in = status < 400 ? request.getInputStream() : request.getErrorStream()) {
      return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonNode json(URI url, int status, String text) throws IOException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IOException("HTTP " + status + " from " + url + " is not JSON", e);
    }
  }
}
