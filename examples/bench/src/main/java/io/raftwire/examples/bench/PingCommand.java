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
      "Sends one MsgApp at a time to an echo, and prints how long the answers took as a line of JSON.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PingCommand implements Callable<Integer> {

  private static final int MAX_SIZE = 256 << 20;

  @Mixin private LinkFlags link = new LinkFlags();

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      description = "Bytes of data of the entry. Default: 64")
  private int size = 64;

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
    Ping.run(link.link(), (int) link.within("--size", size, 0, MAX_SIZE), seconds, warmup);
    return 0;
  }
}
