// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

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
