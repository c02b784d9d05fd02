// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** What a client does. */
final class Client {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  record Answer(int status, String body) {

    JsonNode json() {
      try {
        return JSON.readTree(body);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }
  }

  /** Status 0 stands for no answer. */
  Answer send(String method, String url, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .timeout(Duration.ofSeconds(10))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    try {
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      return new Answer(0, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(0, e.toString());
    }
  }

  Answer get(String url) {
    return send("GET", url, "");
  }

  boolean put(String url, String key, String value) {
    return send("PUT", url + "/kv/" + key, value).status() == 200;
  }

  /** All that one member has, without asking the others. */
  Map<String, String> local(String url) {
    Map<String, String> all = new TreeMap<>();
    String start = "";
    do {
      Answer answer = get(url + "/kv?consistency=local&limit=1000&start=" + start);
      if (answer.status() != 200) {
        return Map.of("failed", answer.body());
      }
      JsonNode page = answer.json();
      for (JsonNode pair : page.get("kvs")) {
        all.put(text(pair.get("key")), text(pair.get("value")));
      }
      start = page.path("next").asText("");
    } while (!start.isEmpty());
    return all;
  }

  private static String text(JsonNode base64) {
    return new String(Base64.getDecoder().decode(base64.asText()), StandardCharsets.UTF_8);
  }
}
