// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.handler.codec.http.HttpHeaders;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.http.config.ProtocolVersion;
import io.raftwire.http.config.RaftHttpConfig;
import org.jspecify.annotations.Nullable;

/** The headers by which members know each other (rafthttp's {@code util.go}). */
public final class PeerHeaders {

  static final String SERVER_FROM = "X-Server-From";
  static final String SERVER_VERSION = "X-Server-Version";
  static final String MIN_CLUSTER_VERSION = "X-Min-Cluster-Version";
  static final String CLUSTER_ID = "X-Etcd-Cluster-ID";
  static final String PEER_URLS = "X-PeerURLs";
  static final String RAFT_TO = "X-Raft-To";

  private PeerHeaders() {}

  /** Sets what every request of this member carries. */
  public static void identify(HttpHeaders headers, RaftHttpConfig config) {
    headers.set(SERVER_FROM, config.id().toString());
    headers.set(SERVER_VERSION, config.serverVersion().toString());
    headers.set(MIN_CLUSTER_VERSION, config.minClusterVersion().toString());
    headers.set(CLUSTER_ID, config.clusterId().toString());
    if (config.advertisedUrls() != null) {
      headers.set(PEER_URLS, config.advertisedUrls().toString());
    }
  }

  /** Sets whom a stream's request means to reach. */
  public static void to(HttpHeaders headers, MemberId peer) {
    headers.set(RAFT_TO, peer.toString());
  }

  /** Sets what every answer carries. */
  public static void clusterId(HttpHeaders headers, ClusterId clusterId) {
    headers.set(CLUSTER_ID, clusterId.toString());
  }

  /** Sets what a stream's answer carries besides. */
  public static void serverVersion(HttpHeaders headers, ProtocolVersion version) {
    headers.set(SERVER_VERSION, version.toString());
  }

  /** Who sends the request, if the header is there and an id. */
  public static @Nullable MemberId from(HttpHeaders headers) {
    String from = headers.get(SERVER_FROM);
    if (from == null) {
      return null;
    }
    try {
      return MemberId.parse(from);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The sender's peer URLs as sent, or null. */
  public static @Nullable String peerUrls(HttpHeaders headers) {
    return headers.get(PEER_URLS);
  }

  /** Whom the request means to reach as sent, or null. */
  public static @Nullable String to(HttpHeaders headers) {
    return headers.get(RAFT_TO);
  }

  /** The other side's cluster id as sent, or an empty text. */
  public static String clusterId(HttpHeaders headers) {
    return headers.get(CLUSTER_ID, "");
  }

  /** The other side's version. */
  static ProtocolVersion serverVersion(HttpHeaders headers) {
    return version(headers.get(SERVER_VERSION));
  }

  /** The lowest version the other side talks to. */
  static ProtocolVersion minClusterVersion(HttpHeaders headers) {
    return version(headers.get(MIN_CLUSTER_VERSION));
  }

  // A missing version is 2.0.0, as rafthttp has it; one that is no version is taken as missing too.
  private static ProtocolVersion version(@Nullable String text) {
    if (text == null) {
      return ProtocolVersion.ABSENT;
    }
    try {
      return ProtocolVersion.parse(text);
    } catch (IllegalArgumentException e) {
      return ProtocolVersion.ABSENT;
    }
  }
}
