// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.peer.Source;
import io.raftwire.examples.bench.peer.Work;
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
          + " void: exit code 1.",
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

  @Mixin private LinkFlags link = new LinkFlags();

  @Option(
      names = "--work",
      paramLabel = "NAME",
      description = {
        "What to send: msgapp, small (MsgHeartbeatResp) or pipeline (MsgApp by POST). Default: msgapp"
      })
  private Work work = Work.msgapp;

  @Option(names = "--entries", paramLabel = "N", description = "Entries of a MsgApp. Default: 1")
  private int entries = 1;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Bytes of data of an entry. Default: 64")
  private int size = 64;

  @Option(
      names = "--window",
      paramLabel = "N",
      description =
          "How many messages may be unacknowledged; at most 64 for work pipeline. Default: 2048")
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

  @Override
  public Integer call() throws InterruptedException {
    if (seconds.compareTo(Duration.ofMillis(1)) < 0) {
      throw link.invalid("--seconds: " + seconds + " (expected: at least 0.001)");
    }
    int most = work == Work.pipeline ? MAX_PIPELINE_WINDOW : MAX_WINDOW;
    int unacknowledged = window == null ? Math.min(2048, most) : window;
    Source.run(
        link.link(),
        new Source.Options(
            work,
            (int) link.within("--entries", entries, 1, MAX_ENTRIES),
            (int) link.within("--size", size, 0, MAX_SIZE),
            (int) link.within("--window", unacknowledged, 1, most),
            seconds,
            warmup));
    return 0;
  }
}
