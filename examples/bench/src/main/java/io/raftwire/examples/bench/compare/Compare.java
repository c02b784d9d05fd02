// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.Version;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One comparison from its options to its table and file. */
public final class Compare {

  private Compare() {}

  /**
   * What to compare, and how.
   *
   * @param contenders their names; empty for all
   * @param javaOptions for every JVM, whichever end it is
   * @param pinned whether all processes share one core
   * @param directory where files for snapshots are made
   * @param json the file for the results; null for none
   * @param plot the file for a plot of them, SVG or PNG; null for none
   */
  public record Options(
      List<Row> rows,
      List<String> contenders,
      int runs,
      Duration seconds,
      Duration warmup,
      List<String> javaOptions,
      boolean pinned,
      Path directory,
      @Nullable Path json,
      @Nullable Path plot) {

    /** Copies the lists. */
    public Options {
      rows = List.copyOf(rows);
      contenders = List.copyOf(contenders);
      javaOptions = List.copyOf(javaOptions);
    }
  }

  /** The names of all contenders. */
  public static List<String> contenders() {
    return Contender.names();
  }

  /**
   * Measures and prints.
   *
   * @return whether no run was void
   */
  public static boolean run(Program go, Options options, PrintStream out, PrintStream progress)
      throws InterruptedException {
    List<String> wrapper = options.pinned ? OneCore.wrapper() : List.of();
    List<Contender> contenders =
        Contender.all(go, Programs.bench(options.javaOptions)).stream()
            .filter(c -> options.contenders.isEmpty() || options.contenders.contains(c.name()))
            .toList();
    List<RowResult> results;
    int voidRuns;
    try (Scratch scratch = Scratch.in(options.directory)) {
      Pair pair = new Pair(wrapper, options.seconds, options.warmup, scratch);
      Comparison comparison = new Comparison(pair, contenders, progress);
      results = comparison.run(options.rows, options.runs);
      voidRuns = comparison.voidRuns();
    }
    progress.println();
    out.print(Table.of(results));
    String bars = Bars.table(results);
    if (!bars.isEmpty()) {
      out.println();
      out.print(bars);
    }
    out.flush();
    if (voidRuns > 0) {
      progress.println(voidRuns + " runs were void and are not in the table");
    }
    if (options.json != null) {
      write(options.json, Report.json(conditions(options), results, voidRuns));
    }
    if (options.plot != null) {
      Plot.write(results, options.plot);
    }
    return voidRuns == 0;
  }

  private static Map<String, Object> conditions(Options options) {
    Map<String, Object> conditions = new LinkedHashMap<>();
    conditions.put("at", Instant.now().toString());
    conditions.put("raftwire", Version.text());
    conditions.put("java", Runtime.version().toString());
    conditions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    conditions.put("processors", Runtime.getRuntime().availableProcessors());
    conditions.put("pinned", options.pinned);
    conditions.put("java_options", options.javaOptions);
    conditions.put("runs", options.runs);
    conditions.put("seconds", options.seconds.toNanos() / 1e9);
    conditions.put("warmup", options.warmup.toNanos() / 1e9);
    return conditions;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new BenchException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
