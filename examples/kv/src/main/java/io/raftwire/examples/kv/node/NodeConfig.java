// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.http.config.PeerTls;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member is started with.
 *
 * @param name its name
 * @param id its id; null to take it from the initial cluster or the data directory
 * @param clusterId the cluster's id; null to derive it or take it from the data directory
 * @param dataDir where it keeps everything
 * @param initialCluster the members of a new cluster, or those there are when joining one; null if
 *     the data directory must know
 * @param joining whether the cluster exists already
 * @param listenPeerUrls where it listens for peers
 * @param advertisePeerUrls what it tells peers to dial
 * @param listenClientUrls where it listens for clients
 * @param advertiseClientUrls what it tells clients to use
 * @param peerTls for https peer URLs
 * @param timing raft's timing
 * @param limits what clients may ask for
 */
public record NodeConfig(
    String name,
    @Nullable MemberId id,
    @Nullable ClusterId clusterId,
    Path dataDir,
    @Nullable InitialCluster initialCluster,
    boolean joining,
    PeerUrls listenPeerUrls,
    PeerUrls advertisePeerUrls,
    List<URI> listenClientUrls,
    List<String> advertiseClientUrls,
    @Nullable PeerTls peerTls,
    Timing timing,
    Limits limits) {

  /**
   * Raft's timing.
   *
   * @param heartbeat how often a leader is heard of
   * @param election after how long without a leader an election begins
   * @param snapshotCount after how many entries a snapshot is taken
   */
  public record Timing(Duration heartbeat, Duration election, int snapshotCount) {}

  /**
   * What clients may ask for.
   *
   * @param maxKeyBytes the longest key
   * @param maxValueBytes the largest value
   * @param requestTimeout how long a request may take before it is answered 503
   */
  public record Limits(int maxKeyBytes, int maxValueBytes, Duration requestTimeout) {}
}
