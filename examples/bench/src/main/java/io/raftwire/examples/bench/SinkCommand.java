// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.peer.Sink;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Counts what a source sends. */
@Command(
    name = "sink",
    description = {
      "Counts the messages of a source and acknowledges them. Prints READY when it listens, and ends"
          + " with a line of JSON when its standard input is closed or on SIGTERM.",
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

  @Override
  public Integer call() {
    int every = (int) link.within("--ack-every", ackEvery, 1, MAX_ACK_EVERY);
    Sink.run(link.link(), every);
    return 0;
  }
}
