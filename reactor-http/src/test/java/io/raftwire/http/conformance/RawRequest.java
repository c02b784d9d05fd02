// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.MemberId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A peer's request by hand: everything in order unless changed. */
final class RawRequest {

  private final Map<String, String> headers = new LinkedHashMap<>();
  private String method;
  private String path;

  private RawRequest(String method, String path) {
    this.method = method;
    this.path = path;
  }

  /** A stream's request from one member to another. */
  static RawRequest stream(String type, MemberId from, MemberId to) {
    return new RawRequest("GET", "/raft/stream/" + type + "/" + from)
        .header("Host", "127.0.0.1")
        .header("X-Server-From", from.toString())
        .header("X-Server-Version", "3.7.1")
        .header("X-Min-Cluster-Version", "3.0.0")
        .header("X-Etcd-Cluster-ID", RaftwirePeer.CLUSTER.toString())
        .header("X-Raft-To", to.toString());
  }

  /** A POST of a message. */
  static RawRequest post(MemberId from, int length) {
    return new RawRequest("POST", "/raft")
        .header("Host", "127.0.0.1")
        .header("X-Server-From", from.toString())
        .header("X-Server-Version", "3.7.1")
        .header("X-Min-Cluster-Version", "3.0.0")
        .header("X-Etcd-Cluster-ID", RaftwirePeer.CLUSTER.toString())
        .header("Content-Type", "application/protobuf")
        .header("Content-Length", String.valueOf(length));
  }

  RawRequest method(String method) {
    this.method = method;
    return this;
  }

  RawRequest path(String path) {
    this.path = path;
    return this;
  }

  RawRequest header(String name, @Nullable String value) {
    if (value == null) {
      headers.remove(name);
    } else {
      headers.put(name, value);
    }
    return this;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    headers.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
    return text.append("\r\n").toString();
  }
}
