// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import io.raftwire.examples.bench.BenchException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/** Ratios to rafthttp as bars, each with its spread over the runs: more is better. */
final class Plot {

  private static final int WIDTH = 1100;
  private static final int HEIGHT = 520;

  private Plot() {}

  /**
   * Writes a plot.
   *
   * @param file ending in {@code .svg} or {@code .png}
   */
  static void write(List<RowResult> results, Path file) {
    CategoryChart chart = chart(results);
    try (OutputStream out = Files.newOutputStream(file)) {
      if (file.toString().toLowerCase(Locale.ROOT).endsWith(".svg")) {
        writeSvg(chart, out);
      } else {
        BitmapEncoder.saveBitmap(chart, out, BitmapEncoder.BitmapFormat.PNG);
      }
    } catch (IOException e) {
      throw new BenchException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static void writeSvg(Chart<?, ?> chart, OutputStream out) throws IOException {
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.paint(graphics, chart.getWidth(), chart.getHeight());
    new SVGProcessor()
        .getDocument(graphics.getCommands(), new PageSize(0, 0, WIDTH, HEIGHT))
        .writeTo(out);
  }

  private static CategoryChart chart(List<RowResult> results) {
    // What is no ratio to anything has no place here.
    List<RowResult> shown =
        results.stream().filter(result -> ratio(result, Contender.GO).isPresent()).toList();
    if (shown.isEmpty()) {
      throw new BenchException("nothing to plot: no row was measured with " + Contender.GO);
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Times as good as etcd's rafthttp: throughput, or 1 ÷ p99 of round trips")
            .yAxisTitle("÷ " + Contender.GO)
            .build();
    Styler styler = chart.getStyler();
    styler.setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setXAxisLabelRotation(30);
    chart.getStyler().setYAxisDecimalPattern("0.#");
    List<String> rows = shown.stream().map(result -> result.row().label()).toList();
    for (String contender : contenders(shown)) {
      List<Double> medians = new ArrayList<>();
      List<Double> spreads = new ArrayList<>();
      for (RowResult result : shown) {
        Optional<Summary> ratio = ratio(result, contender);
        medians.add(ratio.map(Summary::median).orElse(0.0));
        spreads.add(ratio.map(summary -> (summary.max() - summary.min()) / 2).orElse(0.0));
      }
      chart.addSeries(contender, rows, medians, spreads);
    }
    return chart;
  }

  private static Set<String> contenders(List<RowResult> results) {
    Set<String> names = new LinkedHashSet<>();
    results.forEach(result -> names.addAll(result.measurements().keySet()));
    return names;
  }

  private static Optional<Summary> ratio(RowResult result, String contender) {
    return result.row().kind() == Row.Kind.PING
        ? result.ratio(Contender.GO, contender, Figure.P99)
        : result.ratio(contender, Contender.GO, Figure.PER_SECOND);
  }
}
