// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.peer.Sink;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts what a source sends. */
@Command(
    name = "sink",
    description = {
      "Counts the messages of a source and acknowledges them. Prints READY when it listens, and ends"
          + " with a line of JSON when its standard input is closed or on SIGTERM. With several --listen,"
          + " separated by commas, it is as many members, whose ids follow --id.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SinkCommand implements Callable<Integer> {

  private static final int MAX_ACK_EVERY = 4096;

  @Mixin private LinkFlags link = new LinkFlags();

  @Option(
      names = "--ack-every",
      paramLabel = "N",
      description = "Acknowledge every Nth message. Default: 64")
  private int ackEvery = 64;

  @Option(
      names = "--stuck",
      paramLabel = "N",
      description = "How many of the members, the last ones, never read. Default: 0")
  private int stuck;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "Where snapshots are saved; each is deleted afterwards. Default: none are taken")
  private @Nullable Path directory;

  @Override
  public Integer call() {
    int every = (int) link.within("--ack-every", ackEvery, 1, MAX_ACK_EVERY);
    List<Link> links = link.fromMany(directory);
    int idle = (int) link.within("--stuck", stuck, 0, links.size() - 1);
    if (idle > 0 && !link.transport().isRaftwire()) {
      throw link.invalid(
          "--stuck: only for transports raftwire and metrics, not for " + link.transport());
    }
    Sink.run(link.transport(), links, every, idle);
    return 0;
  }
}
