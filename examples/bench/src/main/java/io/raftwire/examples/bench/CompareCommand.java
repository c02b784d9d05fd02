// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.examples.bench.compare.Compare;
import io.raftwire.examples.bench.compare.Programs;
import io.raftwire.examples.bench.compare.Row;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
      "Measures Raftwire, Go's rafthttp and what else a JVM user would take, all at the same work.",
      "",
      "Each measurement is a pair of new processes on 127.0.0.1. Contenders take turns within a run,"
          + " and each ratio is that of two neighbours in the same run: compare ratios, not figures"
          + " of different days. A run in which a message is dropped is void, and the exit code"
          + " then 1. Snapshots are saved as durably as etcd does it, with a sync of the disk: give"
          + " --dir a memory file system to see the transport rather than the disk.",
      "",
      "Rows:",
      "  msgapp-64      MsgApp, one entry of 64 B, window 4000",
      "  msgapp-1k      MsgApp, one entry of 1 KiB",
      "  msgapp-64k     MsgApp, one entry of 64 KiB, window 512",
      "  msgapp-1m      MsgApp, one entry of 1 MiB, window 32",
      "  msgapp-64x128  MsgApp, 64 entries of 128 B, window 512",
      "  small          MsgHeartbeatResp on the message stream, window 4000",
      "  pipeline-64    MsgApp by POST, one entry of 64 B, window 64",
      "  snapshot-1g    snapshots of 1 GiB, file to file, one after the other",
      "  ping-64        round trip of a MsgApp of 64 B, one in flight",
      "  ping-5k        the same, 5,000 a second offered",
      "  ping-20k       the same, 20,000 a second offered",
      "  peers-1        MsgApp of 64 B to 1 peer, window 1024 each",
      "  peers-2        MsgApp of 64 B to 2 peers, window 1024 each",
      "  peers-6        MsgApp of 64 B to 6 peers, window 1024 each",
      "  peers-50       MsgApp of 64 B to 50 peers, window 1024 each",
      "  stuck          msgapp-64 to one of two peers, the other one never reads; for a minute",
      "and each but the last also with -tls, such as msgapp-1k-tls: both ends show a certificate. The"
          + " receivers of rows with several peers are all in one process. At a rate, a round trip"
          + " counts from when its message should have been sent.",
      "",
      "Contenders:",
      "  go-go              etcd's rafthttp, on both sides",
      "  raftwire-raftwire  Raftwire, on both sides",
      "  raftwire-go        Raftwire sends, rafthttp receives: msgapp-*, snapshot-1g",
      "  go-raftwire        rafthttp sends, Raftwire receives: msgapp-*, snapshot-1g",
      "  raftwire-metrics   Raftwire with its Micrometer recorder on a Prometheus registry: msgapp-*,"
          + " small",
      "  grpc               grpc-java, one bidirectional stream, manual flow control: as netty",
      "  rsocket            rsocket-java, fire-and-forget: as netty",
      "  scalecube          scalecube transport: as netty",
      "  netty              plain Netty with the same frames: msgapp-*, small, ping-*, peers-*",
      "  sockets            blocking sockets, the same frames in writes of 64 KiB: as netty",
      "  sendfile           a file from socket to socket: snapshot-1g",
      "Under TLS only rafthttp and Raftwire are measured, and only Raftwire with a peer that is stuck:"
          + " rafthttp drops what its receiver does not take.",
      ""
    },
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class CompareCommand implements Callable<Integer> {

  private static final int MAX_RUNS = 1000;
  private static final String JAVA_OPTS =
      "-Xms256m -Xmx256m -XX:+UseSerialGC -Xmn16m -XX:MaxTenuringThreshold=1";

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

  @Option(
      names = "--contenders",
      paramLabel = "NAME,...",
      description = "Which contenders. Default: all")
  private @Nullable String contenders;

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
      description =
          "Options of every JVM, in one argument. Default: \""
              + JAVA_OPTS
              + "\": a heap that does not shrink, whose new objects stay in the processor's cache and"
              + " are old once they outlive two collections. -Xmx64m in place of both sizes shows"
              + " what Raftwire makes do with")
  private String javaOpts = JAVA_OPTS;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the results there, run by run.")
  private @Nullable Path json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Also draw the ratios to go-go there, as SVG or PNG by the name's end.")
  private @Nullable Path plot;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where files for snapshots are made. Default: the system's temporary files")
  private Path directory = Path.of(System.getProperty("java.io.tmpdir"));

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
    String image = plot == null ? ".svg" : plot.toString().toLowerCase(Locale.ROOT);
    if (!image.endsWith(".svg") && !image.endsWith(".png")) {
      throw invalid("--plot: " + plot + " (expected: a name that ends in .svg or .png)");
    }
    writable("--json", json);
    writable("--plot", plot);
    Compare.Options options =
        new Compare.Options(
            rows(),
            contenders(),
            runs,
            seconds,
            warmup,
            words(javaOpts),
            pin,
            directory,
            json,
            plot);
    boolean sound = Compare.run(Programs.go(go, goSource), options, System.out, System.err);
    return sound ? 0 : 1;
  }

  /** Finds out now, not after an hour of measuring. */
  private void writable(String option, @Nullable Path file) {
    if (file == null) {
      return;
    }
    Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
    boolean writable =
        Files.exists(file)
            ? !Files.isDirectory(file) && Files.isWritable(file)
            : Files.isDirectory(directory) && Files.isWritable(directory);
    if (!writable) {
      throw invalid(option + ": " + file + " (expected: a file that can be written)");
    }
  }

  private List<Row> rows() {
    if (rows == null) {
      return Row.all();
    }
    try {
      return words(rows.replace(',', ' ')).stream().map(Row::of).distinct().toList();
    } catch (IllegalArgumentException e) {
      throw invalid("--rows: " + e.getMessage());
    }
  }

  private List<String> contenders() {
    if (contenders == null) {
      return List.of();
    }
    List<String> names = words(contenders.replace(',', ' '));
    for (String name : names) {
      if (!Compare.contenders().contains(name)) {
        throw invalid(
            "--contenders: \""
                + name
                + "\" (expected: one of "
                + String.join(", ", Compare.contenders())
                + ")");
      }
    }
    return names;
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.strip().split("\\s+", -1)).filter(word -> !word.isEmpty()).toList();
  }

  private CommandLine.ParameterException invalid(String message) {
    return new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
