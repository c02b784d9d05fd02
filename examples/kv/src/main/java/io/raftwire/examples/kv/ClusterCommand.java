// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv;

import io.raftwire.examples.kv.cluster.ClusterPlan;
import io.raftwire.examples.kv.cluster.Supervisor;
import io.raftwire.metrics.MeterNames;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs several members on this machine. */
@Command(
    name = "cluster",
    description = {
      "Runs a whole cluster on this machine: each member is a process of its own, named m1, m2"
          + " and so on, all on 127.0.0.1.",
      "",
      "Ctrl-C stops them all. Started again with the same --data-dir, the cluster has its data.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ClusterCommand implements Callable<Integer> {

  @Option(
      names = "--members",
      paramLabel = "N",
      description = "How many members, 1 to 9. Default: 3")
  private @Nullable Integer members;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the members keep their data. Default: raftwire-kv-data")
  private Path dataDir = Path.of("raftwire-kv-data");

  @Option(
      names = "--client-port",
      paramLabel = "PORT",
      description = "Where m1 listens for clients; m2 one above it, and so on. Default: 8080")
  private @Nullable Integer clientPort;

  @Option(
      names = "--peer-port",
      paramLabel = "PORT",
      description = "Where m1 listens for the other members. Default: 2380")
  private @Nullable Integer peerPort;

  @Option(
      names = "--meter-names",
      paramLabel = "raftwire|etcd",
      description =
          "Which names the transport's meters have at each member's /metrics. Default: raftwire")
  private MeterNames meterNames = MeterNames.RAFTWIRE;

  @Option(
      names = "--allow-faults",
      description = "Lets the members' pages cut links. For trying things out only.")
  private boolean allowFaults;

  // How often the page is told; for tests.
  @Option(names = "--page-interval", hidden = true)
  private @Nullable Integer pageMillis;

  @Override
  public Integer call() throws Exception {
    List<String> options = new ArrayList<>();
    if (meterNames != MeterNames.RAFTWIRE) {
      options.add("--meter-names=" + meterNames.name().toLowerCase(Locale.ROOT));
    }
    if (allowFaults) {
      options.add("--allow-faults");
    }
    if (pageMillis != null) {
      options.add("--page-interval=" + pageMillis);
    }
    ClusterPlan plan =
        ClusterPlan.loadOrCreate(
            NodeCommand.dataDir(dataDir), members, clientPort, peerPort, options);
    return new Supervisor(plan).run();
  }
}
