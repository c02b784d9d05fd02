// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.ClusterId;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.Message;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One member in a conformance test, whatever it is made of: a Raftwire transport here, or a process
 * that runs another implementation. All methods may be called from any thread; what takes time is
 * waited for by asking again.
 */
interface TestPeer {

  /**
   * What a member is made from, whatever it is made of.
   *
   * @param directory an empty one for bodies of snapshots; null if there are none
   */
  record Spec(
      MemberId id,
      int port,
      @Nullable Path directory,
      ClusterId cluster,
      @Nullable String version,
      @Nullable Tls tls) {

    static Spec of(long id, Path directory) {
      return new Spec(MemberId.of(id), Ports.free(), directory, RaftwirePeer.CLUSTER, null, null);
    }

    Spec cluster(ClusterId other) {
      return new Spec(id, port, directory, other, version, tls);
    }

    /** That the member claims a version. */
    Spec version(String claimed) {
      return new Spec(id, port, directory, cluster, claimed, tls);
    }

    Spec tls(Tls files) {
      return new Spec(id, port, directory, cluster, version, files);
    }

    String url() {
      return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
    }
  }

  /**
   * PEM files.
   *
   * @param mutual whether whoever connects must show a certificate
   */
  record Tls(Path certificate, Path key, Path ca, boolean mutual) {}

  /** The body of a snapshot that was saved. */
  record Saved(long index, long bytes, String sha256) {}

  /** What it is made from. */
  Spec spec();

  /** The member's id. */
  default MemberId id() {
    return spec().id();
  }

  /** Where it listens. */
  default String url() {
    return spec().url();
  }

  /** Listens. Returns when it does; members are added after that. */
  void start();

  /** Ends everything. Returns when nothing is left. */
  void stop();

  /** Ends everything at once, with no farewell if it is a process. */
  void kill();

  /** Makes another member its peer. */
  void addPeer(MemberId id, String url);

  /** Makes another member one that it talks to by POST only. */
  void addRemote(MemberId id, String url);

  /** Gives a peer another URL. */
  void updatePeer(MemberId id, String url);

  /** Forgets a peer. */
  void removePeer(MemberId id);

  /** From now on the member counts as removed from the cluster. */
  void markRemoved(MemberId id);

  /** Whether the streams with the peer are up, both kinds and both ways. */
  boolean connected(MemberId peer);

  /** Whether it counts the peer as active. */
  boolean active(MemberId peer);

  /** How many active peers it counts. */
  int activePeers();

  /**
   * Whether its probes of the peer were answered, over the connections of streams and of POSTs
   * both, and none failed.
   */
  boolean probedHealthy(MemberId peer);

  /** Why others refused it so far: {@code CLUSTER_ID}, {@code VERSION} or {@code REMOVED}. */
  Set<LinkFailure.Reason> refusals();

  /** Hands over a message; false if the member did not take it. */
  boolean send(Message message);

  /**
   * Sends a snapshot with a body of random bytes.
   *
   * @param fromFile whether the bytes come from a file, for a member that sends files another way
   * @return completes with the body's SHA-256 when the peer has taken it, or fails
   */
  CompletableFuture<String> sendSnapshot(Message snapshot, long bytes, boolean fromFile);

  /** The bodies it has saved, and deleted again. */
  Collection<Saved> saved();

  /** What arrived for raft, proposals included, in order of arrival for each stream. */
  Collection<Message> received();

  /** Forgets what arrived so far. */
  void forgetReceived();

  /** Stops taking messages from the transport until {@link #resumeReading}. */
  void pauseReading();

  /** Takes messages again. */
  void resumeReading();

  /** How many messages it took and then reported as dropped. */
  long reportedDrops();

  /** How often it reported a peer as unreachable, or a stream it wrote as lost. */
  long unreachableReports();
}
