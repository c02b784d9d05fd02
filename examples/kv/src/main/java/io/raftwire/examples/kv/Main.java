// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv;

import io.raftwire.examples.kv.node.StartupException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** A replicated key-value store to try Raftwire with. */
@Command(
    name = "raftwire-kv",
    description = {
      "A replicated key-value store. Its members keep one log by raft (MicroRaft) and talk to each"
          + " other over Raftwire.",
      "",
      "To see it work, start three members on this machine and follow what it prints:",
      "",
      "    java -jar raftwire-kv.jar cluster",
      ""
    },
    subcommands = {ClusterCommand.class, NodeCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", "Help for one command: java -jar raftwire-kv.jar <command> --help"})
public final class Main implements Runnable {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** The program. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** The program without the exit: its exit code. */
  static int run(String... args) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(Main::failed)
        .execute(args);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "a command is missing: cluster or node");
  }

  private static int failed(Exception cause, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (cause instanceof StartupException) {
      System.err.println("raftwire-kv: " + cause.getMessage());
      return 1;
    }
    throw cause;
  }
}
