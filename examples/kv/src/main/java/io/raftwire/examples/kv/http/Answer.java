// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A whole answer.
 *
 * @param status the HTTP status
 * @param contentType what the body is
 * @param headers further headers
 * @param body the body
 */
record Answer(int status, String contentType, Map<String, String> headers, ByteString body) {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** A JSON object of texts, numbers, lists and the like. */
  static Answer json(Map<String, ?> body) {
    try {
      return of("application/json", ByteString.copyFromUtf8(JSON.writeValueAsString(body) + "\n"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("maps of texts and numbers are JSON", e);
    }
  }

  static Answer of(String contentType, ByteString body) {
    return new Answer(200, contentType, Map.of(), body);
  }

  Answer status(int status) {
    return new Answer(status, contentType, headers, body);
  }

  Answer headers(Map<String, String> headers) {
    return new Answer(status, contentType, headers, body);
  }

  /** The same, after which the connection is closed. */
  Answer closing() {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Connection", "close");
    return headers(all);
  }
}
