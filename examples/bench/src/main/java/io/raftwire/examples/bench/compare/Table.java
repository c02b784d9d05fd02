// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Results for people to read, as Markdown. */
final class Table {

  private static final List<String> BULK_HEAD =
      List.of(
          "row",
          "contender",
          "msg/s, median (min–max)",
          "÷ go-go",
          "÷ netty",
          "CPU µs/msg",
          "÷ go-go",
          "B allocated/msg, out + in",
          "MiB resident, out + in",
          "MiB heap, direct",
          "GC ms at most");
  private static final List<String> SNAPSHOT_HEAD =
      List.of(
          "row",
          "contender",
          "MiB/s, median (min–max)",
          "÷ go-go",
          "÷ sendfile",
          "CPU µs/MiB",
          "÷ go-go",
          "MiB resident, out + in",
          "MiB heap, direct");
  private static final List<String> PING_HEAD =
      List.of(
          "row",
          "contender",
          "p50 µs (min–max)",
          "÷ go-go",
          "÷ netty",
          "p99 µs (min–max)",
          "÷ go-go",
          "÷ netty",
          "p99 of the median tenth",
          "÷ go-go",
          "÷ netty",
          "p99.9 µs",
          "CPU µs");
  private static final String NONE = "–";
  private static final double MEBIBYTE = 1 << 20;

  private Table() {}

  /** One measurement in a few words. */
  static String figure(Row row, Measurement m) {
    return switch (row.kind()) {
      case BULK ->
          String.format(
              Locale.ROOT,
              "%,.0f msg/s, %.2f µs CPU a message (%.2f + %.2f)",
              Figure.PER_SECOND.value().applyAsDouble(m),
              m.cpuMicros(),
              m.sender().cpuMicros(),
              m.receiver().cpuMicros());
      case SNAPSHOT ->
          String.format(
              Locale.ROOT,
              "%,.0f MiB/s, %.0f µs CPU a MiB (%.0f + %.0f)",
              Figure.PER_SECOND.value().applyAsDouble(m) / MEBIBYTE,
              m.cpuMicros(),
              m.sender().cpuMicros(),
              m.receiver().cpuMicros());
      case PING ->
          String.format(
              Locale.ROOT,
              "p50 %.1f µs, p99 %.1f µs (%.1f in the median tenth), %.1f µs CPU a round trip",
              m.p50Us(),
              m.p99Us(),
              m.p99TenthUs(),
              m.cpuMicros());
    };
  }

  /** All rows. */
  static String of(List<RowResult> results) {
    List<List<String>> bulk = new ArrayList<>();
    List<List<String>> snapshot = new ArrayList<>();
    List<List<String>> ping = new ArrayList<>();
    for (RowResult result : results) {
      for (String contender : result.measurements().keySet()) {
        switch (result.row().kind()) {
          case BULK -> bulk.add(bulkLine(result, contender));
          case SNAPSHOT -> snapshot.add(snapshotLine(result, contender));
          case PING -> ping.add(pingLine(result, contender));
        }
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, BULK_HEAD, bulk);
    append(text, SNAPSHOT_HEAD, snapshot);
    append(text, PING_HEAD, ping);
    return text.toString();
  }

  private static List<String> bulkLine(RowResult result, String contender) {
    return List.of(
        result.row().label(),
        contender,
        spread(result.summary(contender, Figure.PER_SECOND), "%,.0f", 1),
        ratio(result.ratio(contender, Contender.GO, Figure.PER_SECOND)),
        ratio(result.ratio(contender, Contender.NETTY, Figure.PER_SECOND)),
        spread(result.summary(contender, Figure.CPU), "%.2f", 1),
        ratio(result.ratio(contender, Contender.GO, Figure.CPU)),
        both(result, contender, Figure.SENDER_ALLOCATED, Figure.RECEIVER_ALLOCATED, 1),
        both(result, contender, Figure.SENDER_RSS, Figure.RECEIVER_RSS, MEBIBYTE),
        most(result, contender),
        median(result.summary(contender, Figure.GC_MAX), "%.1f", 1));
  }

  private static List<String> snapshotLine(RowResult result, String contender) {
    return List.of(
        result.row().label(),
        contender,
        spread(result.summary(contender, Figure.PER_SECOND), "%,.0f", MEBIBYTE),
        ratio(result.ratio(contender, Contender.GO, Figure.PER_SECOND)),
        ratio(result.ratio(contender, Contender.SENDFILE, Figure.PER_SECOND)),
        spread(result.summary(contender, Figure.CPU), "%.0f", 1),
        ratio(result.ratio(contender, Contender.GO, Figure.CPU)),
        both(result, contender, Figure.SENDER_RSS, Figure.RECEIVER_RSS, MEBIBYTE),
        most(result, contender));
  }

  private static List<String> pingLine(RowResult result, String contender) {
    return List.of(
        result.row().label(),
        contender,
        spread(result.summary(contender, Figure.P50), "%.1f", 1),
        ratio(result.ratio(contender, Contender.GO, Figure.P50)),
        ratio(result.ratio(contender, Contender.NETTY, Figure.P50)),
        spread(result.summary(contender, Figure.P99), "%.1f", 1),
        ratio(result.ratio(contender, Contender.GO, Figure.P99)),
        ratio(result.ratio(contender, Contender.NETTY, Figure.P99)),
        spread(result.summary(contender, Figure.P99_TENTH), "%.1f", 1),
        ratio(result.ratio(contender, Contender.GO, Figure.P99_TENTH)),
        ratio(result.ratio(contender, Contender.NETTY, Figure.P99_TENTH)),
        median(result.summary(contender, Figure.P999), "%.0f", 1),
        median(result.summary(contender, Figure.CPU), "%.1f", 1));
  }

  private static String spread(Optional<Summary> summary, String format, double unit) {
    return summary
        .map(
            s ->
                number(format, s.median() / unit)
                    + " ("
                    + number(format, s.min() / unit)
                    + "–"
                    + number(format, s.max() / unit)
                    + ")")
        .orElse("void");
  }

  private static String ratio(Optional<Summary> summary) {
    return median(summary, "%.2f", 1);
  }

  private static String median(Optional<Summary> summary, String format, double unit) {
    return summary.map(s -> number(format, s.median() / unit)).orElse(NONE);
  }

  private static String both(
      RowResult result, String contender, Figure sender, Figure receiver, double unit) {
    return median(result.summary(contender, sender), "%,.0f", unit)
        + " + "
        + median(result.summary(contender, receiver), "%,.0f", unit);
  }

  /** What the end that had more of it had of heap and of direct memory, at most in any run. */
  private static String most(RowResult result, String contender) {
    return result
            .summary(contender, Figure.HEAP)
            .map(s -> number("%,.0f", s.max() / MEBIBYTE))
            .orElse(NONE)
        + ", "
        + result
            .summary(contender, Figure.DIRECT)
            .map(s -> number("%,.0f", s.max() / MEBIBYTE))
            .orElse(NONE);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  /** Appends a table, after an empty line if there is text before it. */
  static void append(StringBuilder text, List<String> head, List<List<String>> lines) {
    if (lines.isEmpty()) {
      return;
    }
    if (!text.isEmpty()) {
      text.append('\n');
    }
    int[] widths = new int[head.size()];
    for (int column = 0; column < widths.length; column++) {
      widths[column] = head.get(column).length();
      for (List<String> line : lines) {
        widths[column] = Math.max(widths[column], line.get(column).length());
      }
    }
    appendLine(text, head, widths);
    for (int width : widths) {
      text.append("|-").append("-".repeat(width)).append('-');
    }
    text.append("|\n");
    for (List<String> line : lines) {
      appendLine(text, line, widths);
    }
  }

  private static void appendLine(StringBuilder text, List<String> cells, int[] widths) {
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      text.append("| ").append(cell).append(" ".repeat(widths[column] - cell.length())).append(' ');
    }
    text.append("|\n");
  }
}
