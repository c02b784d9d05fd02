// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.peer.Ping;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures round trips. */
@Command(
    name = "ping",
    description = {
      "Sends MsgApps to an echo, one at a time or at a rate, and prints how long the answers took as a"
          + " line of JSON. At a rate the time counts from when a message should have been sent,"
          + " however late it was.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PingCommand implements Callable<Integer> {

  private static final int MAX_SIZE = 256 << 20;
  private static final int MAX_RATE = 1_000_000;

  @Mixin private LinkFlags link = new LinkFlags();

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Bytes of data of the entry. Default: 64")
  private int size = 64;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "How many to send in a second; 0 for one after the other. Default: 0")
  private int rate;

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
      description = "Seconds before the measured interval. Default: 2")
  private Duration warmup = Duration.ofSeconds(2);

  @Override
  public Integer call() throws InterruptedException {
    if (seconds.compareTo(Duration.ofMillis(1)) < 0) {
      throw link.invalid("--seconds: " + seconds + " (expected: at least 0.001)");
    }
    Ping.run(
        link.transport(),
        link.link(),
        new Ping.Options(
            (int) link.within("--size", size, 0, MAX_SIZE),
            (int) link.within("--rate", rate, 0, MAX_RATE),
            seconds,
            warmup));
    return 0;
  }
}
