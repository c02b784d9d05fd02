// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The benchmark. */
@Command(
    name = "raftwire-bench",
    description = {
      "Measures Raftwire against rafthttp, the peer transport of etcd that is written in Go.",
      "",
      "To see both side by side, with the Go program built from its source:",
      "",
      "    java -jar raftwire-bench.jar compare --go-source examples/bench/src/main/go",
      "",
      "The other commands are one end of a measurement each, a process that speaks the peer protocol"
          + " to another one. They have the flags and the output of the Go program, so that either"
          + " end may be either.",
      ""
    },
    subcommands = {
      CompareCommand.class,
      SinkCommand.class,
      SourceCommand.class,
      EchoCommand.class,
      PingCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {"", "Help for one command: java -jar raftwire-bench.jar <command> --help"})
public final class Main implements Runnable {

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  /** The program. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** The program without the exit: its exit code. */
  static int run(String... args) {
    return commandLine().execute(args);
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setUsageHelpWidth(100)
        .setExecutionExceptionHandler(Main::failed);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "a command is missing: compare, sink, source, echo or ping");
  }

  private static int failed(Exception cause, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    if (cause instanceof BenchException) {
      System.err.println("raftwire-bench: " + command.getCommandName() + ": " + cause.getMessage());
      return 1;
    }
    throw cause;
  }
}
