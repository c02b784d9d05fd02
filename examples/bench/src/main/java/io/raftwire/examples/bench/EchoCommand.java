// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.peer.Echo;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Answers what a ping sends. */
@Command(
    name = "echo",
    description = {
      "Answers every MsgApp of a ping at once. Prints READY when it listens, and ends with a line of"
          + " JSON when its standard input is closed or on SIGTERM.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class EchoCommand implements Callable<Integer> {

  @Mixin private LinkFlags link = new LinkFlags();

  @Override
  public Integer call() {
    Echo.run(link.transport(), link.link());
    return 0;
  }
}
