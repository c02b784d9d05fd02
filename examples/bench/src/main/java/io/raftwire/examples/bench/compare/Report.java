// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.peer.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Results as a file. */
final class Report {

  private Report() {}

  /**
   * All rows as JSON.
   *
   * @param conditions under which they were measured, by name
   */
  static String json(Map<String, Object> conditions, List<RowResult> results, int voidRuns) {
    List<Object> rows = new ArrayList<>();
    for (RowResult result : results) {
      List<Object> contenders = new ArrayList<>();
      result
          .measurements()
          .keySet()
          .forEach(contender -> contenders.add(contender(result, contender)));
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("row", result.row().label());
      row.put("description", result.row().description());
      row.put("contenders", contenders);
      row.put("bars", bars(result));
      rows.add(row);
    }
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("conditions", conditions);
    report.put("void_runs", voidRuns);
    report.put("rows", rows);
    return Json.pretty(report);
  }

  private static List<Object> bars(RowResult result) {
    List<Object> bars = new ArrayList<>();
    for (Bar bar : Bars.of(result.row())) {
      bar.measured(result)
          .ifPresent(
              ratio -> {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("contender", bar.contender());
                entry.put("baseline", bar.baseline());
                entry.put("figure", bar.figure().name());
                entry.put("ratio", ratio);
                entry.put(bar.atLeast() ? "at_least" : "at_most", bar.bound());
                entry.put("reached", bar.isReachedBy(ratio.median()));
                bars.add(entry);
              });
    }
    return bars;
  }

  private static Map<String, Object> contender(RowResult result, String name) {
    Map<String, Object> contender = new LinkedHashMap<>();
    contender.put("contender", name);
    for (Figure figure : Figure.ALL) {
      if (figure.kinds().contains(result.row().kind())) {
        result.summary(name, figure).ifPresent(s -> contender.put(figure.name(), s));
        result
            .ratio(name, Contender.GO, figure)
            .ifPresent(s -> contender.put(figure.name() + "_to_go", s));
        result
            .ratio(name, Contender.NETTY, figure)
            .ifPresent(s -> contender.put(figure.name() + "_to_netty", s));
      }
    }
    contender.put("runs", result.measurements().getOrDefault(name, List.of()));
    return contender;
  }
}
