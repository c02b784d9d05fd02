// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Results for people to read, as Markdown. */
final class Table {

  private static final List<String> BULK_HEAD =
      List.of(
          "row", "contender", "msg/s, median (min–max)", "÷ go-go", "CPU µs/msg", "÷ go-go", "MiB");
  private static final List<String> PING_HEAD =
      List.of(
          "row",
          "contender",
          "p50 µs (min–max)",
          "÷ go-go",
          "p99 µs (min–max)",
          "÷ go-go",
          "CPU µs");
  private static final String NONE = "void";

  private Table() {}

  /** One measurement in a few words. */
  static String figure(Measurement measurement) {
    Double perSecond = measurement.perSecond();
    return perSecond == null
        ? String.format(
            Locale.ROOT, "p50 %.1f µs, p99 %.1f µs", measurement.p50Us(), measurement.p99Us())
        : String.format(
            Locale.ROOT, "%,.0f msg/s, %.2f µs CPU a message", perSecond, measurement.cpuMicros());
  }

  /** All rows. */
  static String of(Map<Row, RowResult> results) {
    List<List<String>> bulk = new ArrayList<>();
    List<List<String>> ping = new ArrayList<>();
    for (RowResult result : results.values()) {
      for (String contender : result.measurements().keySet()) {
        if (result.row().kind() == Row.Kind.BULK) {
          bulk.add(bulkLine(result, contender));
        } else {
          ping.add(pingLine(result, contender));
        }
      }
    }
    StringBuilder text = new StringBuilder();
    append(text, BULK_HEAD, bulk);
    if (!bulk.isEmpty() && !ping.isEmpty()) {
      text.append('\n');
    }
    append(text, PING_HEAD, ping);
    return text.toString();
  }

  private static List<String> bulkLine(RowResult result, String contender) {
    return List.of(
        result.row().label(),
        contender,
        spread(result.summary(contender, Figure.PER_SECOND), "%,.0f"),
        ratio(result.ratio(contender, Figure.PER_SECOND)),
        spread(result.summary(contender, Figure.CPU), "%.2f"),
        ratio(result.ratio(contender, Figure.CPU)),
        megabytes(result.summary(contender, Figure.MEMORY)));
  }

  private static List<String> pingLine(RowResult result, String contender) {
    return List.of(
        result.row().label(),
        contender,
        spread(result.summary(contender, Figure.P50), "%.1f"),
        ratio(result.ratio(contender, Figure.P50)),
        spread(result.summary(contender, Figure.P99), "%.1f"),
        ratio(result.ratio(contender, Figure.P99)),
        spread(result.summary(contender, Figure.CPU), "%.1f"));
  }

  private static String spread(Optional<Summary> summary, String format) {
    return summary
        .map(
            s ->
                number(format, s.median())
                    + " ("
                    + number(format, s.min())
                    + "–"
                    + number(format, s.max())
                    + ")")
        .orElse(NONE);
  }

  private static String ratio(Optional<Summary> summary) {
    return summary.map(s -> number("%.2f", s.median())).orElse(NONE);
  }

  private static String megabytes(Optional<Summary> summary) {
    return summary.map(s -> number("%.0f", s.max() / (1 << 20))).orElse(NONE);
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }

  private static void append(StringBuilder text, List<String> head, List<List<String>> lines) {
    if (lines.isEmpty()) {
      return;
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
