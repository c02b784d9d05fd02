// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The ratios Raftwire is to reach, row by row, and whether it does. */
final class Bars {

  private static final String TLS = "-tls";
  private static final List<String> OTHER_LIBRARIES = List.of("grpc", "rsocket", "scalecube");

  // From 64 KiB on, what is measured is mostly the kernel copying.
  private static final List<String> LARGE = List.of("msgapp-64k", "msgapp-1m");
  private static final double TIMES_OTHER_LIBRARIES = 2;
  private static final double TIMES_OTHER_LIBRARIES_LARGE = 1.4;
  private static final double OF_ITSELF_WITH_METERS = 0.97;
  private static final double COST_OF_50_PEERS = 1.15;

  /** Of rafthttp's throughput with itself, and of plain Netty's. */
  private static final Map<String, double[]> THROUGHPUT =
      Map.of(
          "msgapp-64", new double[] {6, 0.85},
          "msgapp-1k", new double[] {5, 0.85},
          "msgapp-64x128", new double[] {4, 0.85},
          "msgapp-64k", new double[] {1.8, 0.9},
          "msgapp-1m", new double[] {1.8, 0.9},
          "small", new double[] {5, 0.85});

  private Bars() {}

  /** The bars of a row. */
  static List<Bar> of(Row row) {
    return row.tls() ? secured(row) : plain(row);
  }

  /** All that could be judged, as Markdown; empty if nothing could. */
  static String table(List<RowResult> results) {
    List<List<String>> lines = new ArrayList<>();
    for (RowResult result : results) {
      for (Bar bar : of(result.row())) {
        bar.measured(result)
            .ifPresent(ratio -> lines.add(line(result.row().label(), bar, bar.baseline(), ratio)));
      }
    }
    Bar peers = Bar.atMost(Contender.RAFTWIRE, "", Figure.CPU, COST_OF_50_PEERS);
    costOfPeers(results)
        .ifPresent(cost -> lines.add(line("peers-50", peers, "itself with 1 peer", cost)));
    StringBuilder text = new StringBuilder();
    Table.append(text, List.of("row", "contender", "ratio", "median (min–max)", "bar", ""), lines);
    return text.toString();
  }

  /** The CPU time of a message to one of 50 peers, of that to a single one. */
  static Optional<Summary> costOfPeers(List<RowResult> results) {
    Summary one = cost(results, "peers-1");
    Summary many = cost(results, "peers-50");
    if (one == null || many == null || one.median() <= 0) {
      return Optional.empty();
    }
    // The rows are not measured in turn, so that there are no ratios of neighbours.
    return Optional.of(
        new Summary(many.median() / one.median(), many.min() / one.max(), many.max() / one.min()));
  }

  private static @Nullable Summary cost(List<RowResult> results, String row) {
    return results.stream()
        .filter(result -> result.row().label().equals(row))
        .findFirst()
        .flatMap(result -> result.summary(Contender.RAFTWIRE, Figure.CPU))
        .orElse(null);
  }

  private static List<Bar> plain(Row row) {
    List<Bar> bars = new ArrayList<>();
    double[] throughput = THROUGHPUT.get(row.label());
    if (throughput != null) {
      bars.add(ofGo(Figure.PER_SECOND, throughput[0]));
      bars.add(Bar.atLeast(Contender.RAFTWIRE, Contender.NETTY, Figure.PER_SECOND, throughput[1]));
    }
    switch (row.label()) {
      case "msgapp-64" -> {
        bars.add(Bar.atMost(Contender.RAFTWIRE, Contender.GO, Figure.CPU, 0.25));
        bars.add(
            Bar.atLeast(
                Contender.METRICS, Contender.RAFTWIRE, Figure.PER_SECOND, OF_ITSELF_WITH_METERS));
        addMixed(bars);
      }
      case "msgapp-1k" -> addMixed(bars);
      case "msgapp-64k" -> bars.add(Bar.atMost(Contender.RAFTWIRE, Contender.GO, Figure.CPU, 0.5));
      case "pipeline-64" -> bars.add(ofGo(Figure.PER_SECOND, 1.5));
      case "snapshot-1g" -> {
        bars.add(ofGo(Figure.PER_SECOND, 1.8));
        bars.add(Bar.atLeast(Contender.RAFTWIRE, Contender.SENDFILE, Figure.PER_SECOND, 0.8));
      }
      default -> {}
    }
    if (row.kind() == Row.Kind.PING) {
      addRoundTrips(bars, row);
    }
    for (String library : OTHER_LIBRARIES) {
      if (row.kind() == Row.Kind.BULK) {
        double times =
            LARGE.contains(row.label()) ? TIMES_OTHER_LIBRARIES_LARGE : TIMES_OTHER_LIBRARIES;
        bars.add(Bar.atLeast(Contender.RAFTWIRE, library, Figure.PER_SECOND, times));
      } else if (row.kind() == Row.Kind.PING) {
        bars.add(Bar.atMost(Contender.RAFTWIRE, library, Figure.P99, 1));
      }
    }
    return bars;
  }

  private static List<Bar> secured(Row row) {
    return row.label().equals("msgapp-1k" + TLS) ? List.of(ofGo(Figure.PER_SECOND, 2)) : List.of();
  }

  private static void addMixed(List<Bar> bars) {
    bars.add(Bar.atLeast(Contender.RAFTWIRE_GO, Contender.GO, Figure.PER_SECOND, 1));
    bars.add(Bar.atLeast(Contender.GO_RAFTWIRE, Contender.GO, Figure.PER_SECOND, 1));
  }

  private static void addRoundTrips(List<Bar> bars, Row row) {
    bars.add(Bar.atMost(Contender.RAFTWIRE, Contender.GO, Figure.P50, 0.9));
    bars.add(Bar.atMost(Contender.RAFTWIRE, Contender.GO, Figure.P99, 1));
    Figure toNetty = row.label().equals("ping-64") ? Figure.P50 : Figure.P99;
    bars.add(Bar.atMost(Contender.RAFTWIRE, Contender.NETTY, toNetty, 1.1));
  }

  private static Bar ofGo(Figure figure, double bound) {
    return Bar.atLeast(Contender.RAFTWIRE, Contender.GO, figure, bound);
  }

  private static List<String> line(String row, Bar bar, String baseline, Summary ratio) {
    return List.of(
        row,
        bar.contender(),
        bar.figure().title() + " ÷ " + baseline,
        String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratio.median(), ratio.min(), ratio.max()),
        bar.text(),
        bar.isReachedBy(ratio.median()) ? "pass" : "FAIL");
  }
}
