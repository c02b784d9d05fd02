// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.compare.Compare;
import io.raftwire.examples.bench.compare.Programs;
import io.raftwire.examples.bench.compare.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs the contenders and sets their figures side by side. */
@Command(
    name = "compare",
    description = {
      "Measures Go with Go (go-go), Raftwire with Raftwire, and for rows of MsgApp also one with the"
          + " other (raftwire-go: Raftwire sends, Go receives).",
      "",
      "Each measurement is a pair of new processes on 127.0.0.1. Contenders take turns within a run,"
          + " and each ratio is that of two neighbours in the same run: compare ratios, not figures"
          + " of different days. A run in which a message is dropped is void, and the exit code"
          + " then 1.",
      "",
      "Rows:",
      "  msgapp-64      MsgApp, one entry of 64 B",
      "  msgapp-1k      MsgApp, one entry of 1 KiB",
      "  msgapp-64k     MsgApp, one entry of 64 KiB, window 512",
      "  msgapp-64x128  MsgApp, 64 entries of 128 B",
      "  small          MsgHeartbeatResp on the message stream",
      "  pipeline-64    MsgApp by POST, one entry of 64 B, window 64",
      "  ping-64        round trip of a MsgApp of 64 B, one in flight",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CompareCommand implements Callable<Integer> {

  private static final int MAX_RUNS = 1000;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Option(names = "--go", paramLabel = "PATH", description = "The Go program, built.")
  private @Nullable Path go;

  @Option(
      names = "--go-source",
      paramLabel = "DIR",
      description =
          "Its source, to be built with the go tool. Default: examples/bench/src/main/go of this"
              + " repository")
  private @Nullable Path goSource;

  @Option(names = "--rows", paramLabel = "NAME,...", description = "Which rows. Default: all")
  private @Nullable String rows;

  @Option(names = "--runs", paramLabel = "N", description = "How many runs. Default: 5")
  private int runs = 5;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      converter = Converters.Seconds.class,
      description = "Length of a measured interval. Default: 4")
  private Duration seconds = Duration.ofSeconds(4);

  @Option(
      names = "--warmup",
      paramLabel = "S",
      converter = Converters.Seconds.class,
      description = "Seconds before it. Default: 3")
  private Duration warmup = Duration.ofSeconds(3);

  @Option(
      names = "--pin",
      description =
          "Keep all processes on one core (taskset). On several cores a round trip is mostly the time"
              + " an idle core takes to wake.")
  private boolean pin;

  @Option(
      names = "--java-opts",
      paramLabel = "OPTS",
      description = "Options of every JVM, in one argument. Default: \"-Xmx256m\"")
  private String javaOpts = "-Xmx256m";

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the results there, run by run.")
  private @Nullable Path json;

  @Override
  public Integer call() throws InterruptedException {
    if (go != null && goSource != null) {
      throw invalid("--go and --go-source exclude each other");
    }
    if (runs < 1 || runs > MAX_RUNS) {
      throw invalid("--runs: " + runs + " (expected: 1 to " + MAX_RUNS + ")");
    }
    if (seconds.compareTo(Duration.ofMillis(1)) < 0) {
      throw invalid("--seconds: " + seconds + " (expected: at least 0.001)");
    }
    Compare.Options options =
        new Compare.Options(rows(), runs, seconds, warmup, words(javaOpts), pin, json);
    boolean sound = Compare.run(Programs.go(go, goSource), options, System.out, System.err);
    return sound ? 0 : 1;
  }

  private List<Row> rows() {
    if (rows == null) {
      return List.of(Row.values());
    }
    try {
      return words(rows.replace(',', ' ')).stream().map(Row::of).distinct().toList();
    } catch (IllegalArgumentException e) {
      throw invalid("--rows: " + e.getMessage());
    }
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.strip().split("\\s+", -1)).filter(word -> !word.isEmpty()).toList();
  }

  private CommandLine.ParameterException invalid(String message) {
    return new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
