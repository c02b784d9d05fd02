// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import io.microraft.RaftEndpoint;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.raft.KvEndpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who a member is and whom it begins with: by its flags, and by its directory once that knows. */
final class Bootstrap {

  private Bootstrap() {}

  /**
   * Who the member is, in this run of it; notes that in the directory.
   *
   * @throws StartupException if the flags do not say it, say something else than the directory, or
   *     the member was removed
   */
  static DataDir.Identity identity(NodeConfig config, DataDir dataDir) throws IOException {
    DataDir.Identity identity =
        dataDir.identity().map(DataDir.Identity::nextRun).orElseGet(() -> newIdentity(config));
    checkFits(config, identity);
    MemberId id = MemberId.parse(identity.memberId());
    if (dataDir.removed().contains(id)) {
      throw new StartupException(
          "--data-dir "
              + config.dataDir()
              + ": its member "
              + id
              + " was removed from the cluster (expected: an empty directory, to join anew)");
    }
    dataDir.identity(identity);
    return identity;
  }

  /**
   * Whom raft begins with. A new member is no member to itself until the log says so; till then it
   * listens.
   *
   * @throws StartupException if there is nobody
   */
  static Collection<RaftEndpoint> initialMembers(NodeConfig config, KvEndpoint self) {
    InitialCluster initial = requireInitialCluster(config);
    if (!config.joining() && !initial.members().contains(self)) {
      throw new StartupException(
          "--initial-cluster: "
              + initial
              + " (expected: among them "
              + self.id()
              + ", which this member is by "
              + config.dataDir()
              + ", from a start with other flags; with an empty directory it begins anew)");
    }
    List<RaftEndpoint> members = new ArrayList<>();
    for (KvEndpoint member : initial.members()) {
      if (!config.joining() || !member.equals(self)) {
        members.add(member);
      }
    }
    if (members.isEmpty()) {
      throw new StartupException(
          "--initial-cluster: only this member (expected: with --initial-cluster-state existing,"
              + " the members there are)");
    }
    return members;
  }

  private static DataDir.Identity newIdentity(NodeConfig config) {
    InitialCluster initial = requireInitialCluster(config);
    Optional<KvEndpoint> own = initial.named(config.name());
    if (own.isEmpty() && !config.joining()) {
      throw new StartupException(
          "--initial-cluster: "
              + initial
              + " (expected: among them this member, --name "
              + config.name()
              + ")");
    }
    MemberId id = own.map(KvEndpoint::id).orElse(config.id());
    if (id == null) {
      throw new StartupException(
          "--id: none given (expected: the id the cluster gave this member when it was added)");
    }
    if (config.id() != null && !config.id().equals(id)) {
      throw new StartupException(
          "--id "
              + config.id()
              + ": in --initial-cluster this member is "
              + id
              + " (expected: the same; write "
              + config.id()
              + "@"
              + config.name()
              + "=... there, on every member)");
    }
    if (config.joining() && config.clusterId() == null) {
      throw new StartupException(
          "--cluster-id: none given (expected: the cluster's, as GET /members shows it)");
    }
    ClusterId clusterId = config.clusterId() != null ? config.clusterId() : initial.clusterId();
    return new DataDir.Identity(clusterId.toString(), id.toString(), config.name(), 1);
  }

  private static InitialCluster requireInitialCluster(NodeConfig config) {
    InitialCluster initial = config.initialCluster();
    if (initial == null) {
      throw new StartupException(
          "--initial-cluster: none given (expected: name=url for each member, because "
              + config.dataDir()
              + " knows of no cluster yet)");
    }
    return initial;
  }

  private static void checkFits(NodeConfig config, DataDir.Identity identity) {
    mustEqual(config, "--name", config.name(), identity.name());
    mustEqual(config, "--id", config.id(), identity.memberId());
    mustEqual(config, "--cluster-id", config.clusterId(), identity.clusterId());
  }

  private static void mustEqual(
      NodeConfig config, String flag, @Nullable Object given, String stored) {
    if (given != null && !given.toString().equals(stored)) {
      throw new StartupException(
          flag
              + " "
              + given
              + ": "
              + config.dataDir()
              + " belongs to "
              + stored
              + " (expected: the same, or another --data-dir)");
    }
  }
}
