// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.examples.bench.peer.SnapshotSource;
import io.raftwire.examples.bench.peer.Source;
import io.raftwire.examples.bench.peer.Transport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends as fast as its window allows. */
@Command(
    name = "source",
    description = {
      "Sends messages to a sink as fast as a window of unacknowledged ones allows, and prints the rate"
          + " as a line of JSON. A message that is dropped or refused on the way makes the figures"
          + " void: exit code 1. With several --peer-url, separated by commas, it sends to as many"
          + " members, whose ids follow --peer-id.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class SourceCommand implements Callable<Integer> {

  // What a stream's lane takes, and what the pipeline's does.
  private static final int MAX_WINDOW = 4096;
  private static final int MAX_PIPELINE_WINDOW = 64;
  private static final int MAX_ENTRIES = 1 << 20;
  private static final int MAX_SIZE = 256 << 20;
  private static final long MAX_SNAPSHOT = 1L << 40;

  @Mixin private LinkFlags link = new LinkFlags();

  @Option(
      names = "--work",
      paramLabel = "NAME",
      description = {
        "What to send: msgapp, small (MsgHeartbeatResp), pipeline (MsgApp by POST) or snapshot (a file)."
            + " Default: msgapp"
      })
  private Work work = Work.msgapp;

  @Option(names = "--entries", paramLabel = "N", description = "Entries of a MsgApp. Default: 1")
  private int entries = 1;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Bytes of data of an entry, or of a snapshot. Default: 64")
  private long size = 64;

  @Option(
      names = "--window",
      paramLabel = "N",
      description =
          "How many messages may be unacknowledged, of each member; at most 64 for work pipeline."
              + " Default: 2048")
  private @Nullable Integer window;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      converter = Converters.Seconds.class,
      description = "Length of the measured interval. Default: 5")
  private Duration seconds = Duration.ofSeconds(5);

  @Option(
      names = "--warmup",
      paramLabel = "S",
      converter = Converters.Seconds.class,
      description = "Seconds before the measured interval. Default: 3")
  private Duration warmup = Duration.ofSeconds(3);

  @Option(
      names = "--stuck",
      paramLabel = "N",
      description =
          "How many of the members, the last ones, do not read: they are sent what the others get,"
              + " and what they do not take is only counted. Default: 0")
  private int stuck;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the file of a snapshot is made. Default: the system's temporary files")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Override
  public Integer call() throws InterruptedException {
    if (seconds.compareTo(Duration.ofMillis(1)) < 0) {
      throw link.invalid("--seconds: " + seconds + " (expected: at least 0.001)");
    }
    if (work == Work.snapshot) {
      sendSnapshots();
    } else {
      sendMessages();
    }
    return 0;
  }

  private void sendSnapshots() throws InterruptedException {
    if (!link.transport().isRaftwire() && link.transport() != Transport.sockets) {
      throw link.invalid(
          "--work snapshot: transport "
              + link.transport()
              + " has none (expected: raftwire, metrics or sockets)");
    }
    SnapshotSource.run(
        link.transport(),
        link.link(),
        link.within("--size", size, 1, MAX_SNAPSHOT),
        directory,
        seconds,
        warmup);
  }

  private void sendMessages() throws InterruptedException {
    if (work == Work.pipeline && !link.transport().isRaftwire()) {
      throw link.invalid(
          "--work pipeline: transport "
              + link.transport()
              + " has none (expected: raftwire or metrics)");
    }
    int most = work == Work.pipeline ? MAX_PIPELINE_WINDOW : MAX_WINDOW;
    int unacknowledged = window == null ? Math.min(2048, most) : window;
    Link to = link.toMany(stuck);
    link.within("--stuck", stuck, 0, to.others().size() - 1L);
    Source.run(
        link.transport(),
        to,
        new Source.Options(
            work,
            (int) link.within("--entries", entries, 1, MAX_ENTRIES),
            (int) link.within("--size", size, 0, MAX_SIZE),
            (int) link.within("--window", unacknowledged, 1, most),
            seconds,
            warmup));
  }
}
