// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.http.config.ProtocolVersion;
import io.raftwire.http.config.RaftHttpConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checks every request on streams, pipeline and snapshot passes first: versions, then the
 * cluster's id (rafthttp's {@code checkClusterCompatibilityFromHeader}).
 */
public final class RequestGuard {

  private static final Logger log = LoggerFactory.getLogger(RequestGuard.class);

  private final RaftHttpConfig config;
  private final MergedWarning otherVersion =
      new MergedWarning(
          log,
          "{}: refused {}: incompatible version {} with minimum {} (expected: at least {}, and a"
              + " minimum of at most {})");
  private final MergedWarning otherCluster =
      new MergedWarning(log, "{}: refused {}: cluster id \"{}\" (expected: {})");

  /** A guard for one member. */
  public RequestGuard(RaftHttpConfig config) {
    this.config = config;
  }

  /** Why the request is refused, or null if it passes. */
  public @Nullable Refusal check(HttpHeaders headers) {
    ProtocolVersion remote = PeerHeaders.serverVersion(headers);
    ProtocolVersion remoteMin = PeerHeaders.minClusterVersion(headers);
    if (remote.compareMajorMinor(config.minClusterVersion()) < 0
        || remoteMin.compareMajorMinor(config.serverVersion()) > 0) {
      otherVersion.log(
          config.id(),
          headers.get(PeerHeaders.SERVER_FROM),
          remote,
          remoteMin,
          config.minClusterVersion(),
          config.serverVersion());
      return new Refusal(HttpResponseStatus.PRECONDITION_FAILED, Refusal.INCOMPATIBLE_VERSION);
    }
    String clusterId = PeerHeaders.clusterId(headers);
    if (!clusterId.equals(config.clusterId().toString())) {
      otherCluster.log(
          config.id(), headers.get(PeerHeaders.SERVER_FROM), clusterId, config.clusterId());
      return new Refusal(HttpResponseStatus.PRECONDITION_FAILED, Refusal.CLUSTER_ID_MISMATCH);
    }
    return null;
  }
}
