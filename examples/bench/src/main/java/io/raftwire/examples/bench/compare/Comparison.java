// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs every contender of every row in turn, as often as asked. */
final class Comparison {

  private final Pair pair;
  private final List<Contender> contenders;
  private final PrintStream progress;
  private int voidRuns;

  Comparison(Pair pair, List<Contender> contenders, PrintStream progress) {
    this.pair = pair;
    this.contenders = List.copyOf(contenders);
    this.progress = progress;
  }

  /** Measures; the runs of a row are next to each other, and its contenders alternate. */
  List<RowResult> run(List<Row> rows, int runs) throws InterruptedException {
    List<RowResult> results = new ArrayList<>();
    for (Row row : rows) {
      Map<String, List<Measurement>> measured = new LinkedHashMap<>();
      for (int run = 1; run <= runs; run++) {
        for (Contender contender : contenders) {
          if (contender.canDo(row)) {
            measure(
                run,
                row,
                contender,
                measured.computeIfAbsent(contender.name(), name -> new ArrayList<>()));
          }
        }
      }
      results.add(new RowResult(row, measured));
    }
    return results;
  }

  /** How many measurements were void. */
  int voidRuns() {
    return voidRuns;
  }

  private void measure(int run, Row row, Contender contender, List<Measurement> into)
      throws InterruptedException {
    progress.printf(Locale.ROOT, "%-14s run %d  %-18s ", row.label(), run, contender.name());
    progress.flush();
    try {
      Measurement measurement = pair.run(run, row, contender);
      into.add(measurement);
      progress.println(Table.figure(row, measurement));
    } catch (BenchException e) {
      voidRuns++;
      progress.println("void: " + e.getMessage());
    }
  }
}
