// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatisticsTest {

  private static final Row ROW = Row.of("msgapp-64");

  @Test
  void aSummaryIsMedianAndExtremes() {
    assertThat(Summary.of(List.of(3.0, 1.0, 2.0))).isEqualTo(new Summary(2, 1, 3));
    assertThat(Summary.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Summary(2.5, 1, 4));
    assertThat(Summary.of(List.of(7.0))).isEqualTo(new Summary(7, 7, 7));
    assertThatThrownBy(() -> Summary.of(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void ratiosAreOfTheSameRunEvenIfARunIsMissing() {
    RowResult result =
        result(
            List.of(rate(1, 100), rate(2, 200), rate(3, 400)), List.of(rate(1, 300), rate(3, 800)));

    assertThat(result.ratio("raftwire-raftwire", "go-go", Figure.PER_SECOND))
        .contains(new Summary(2.5, 2, 3));
  }

  @Test
  void aContenderWhoseRunsWereAllVoidHasNoFigures() {
    RowResult result = result(List.of(rate(1, 100)), List.of());

    assertThat(result.summary("raftwire-raftwire", Figure.PER_SECOND)).isEmpty();
    assertThat(result.ratio("raftwire-raftwire", "go-go", Figure.PER_SECOND)).isEmpty();
    assertThat(Table.of(List.of(result))).contains("void");
  }

  @Test
  void cpuTimeIsInterpolatedBetweenSamples() {
    List<CpuTrack.Sample> samples =
        List.of(
            new CpuTrack.Sample(100, 1000),
            new CpuTrack.Sample(200, 2000),
            new CpuTrack.Sample(300, 2000));

    assertThat(CpuTrack.at(samples, 150)).isCloseTo(1500, within(0.01));
    assertThat(CpuTrack.at(samples, 250)).isCloseTo(2000, within(0.01));
    assertThat(CpuTrack.at(samples, 50)).isCloseTo(1000, within(0.01));
    assertThat(CpuTrack.at(samples, 999)).isCloseTo(2000, within(0.01));
    assertThat(CpuTrack.at(List.of(), 1)).isZero();
  }

  @Test
  void aTableHasALineForEachContender() {
    String table = Table.of(List.of(result(List.of(rate(1, 100_000)), List.of(rate(1, 300_000)))));

    assertThat(table.lines()).hasSize(4);
    assertThat(table).contains("| raftwire-raftwire | 300,000 (300,000–300,000)").contains("3.00");
  }

  @Test
  void theReportHasEveryRun() {
    String json =
        Report.json(
            Map.of("runs", 1), List.of(result(List.of(rate(1, 10)), List.of(rate(1, 30)))), 0);

    assertThat(json)
        .contains("\"row\" : \"msgapp-64\"", "\"per_second_to_go\"", "\"run\" : 1")
        .doesNotContain("p50_us");
  }

  @Test
  void aBarIsReachedOrNotByTheMedian() {
    String bars =
        Bars.table(
            List.of(
                result(
                    List.of(rate(1, 100), rate(2, 100), rate(3, 100)),
                    List.of(rate(1, 500), rate(2, 700), rate(3, 800)))));

    assertThat(bars)
        .contains("throughput ÷ go-go", "7.00 (5.00–8.00)", "≥ 6.00", "pass")
        .contains("CPU per message ÷ go-go", "≤ 0.25", "FAIL")
        .doesNotContain("grpc");
  }

  @Test
  void whatWasNotMeasuredIsNotJudged() {
    assertThat(Bars.table(List.of(result(List.of(), List.of(rate(1, 1)))))).isEmpty();
    assertThat(Bars.costOfPeers(List.of(result(List.of(), List.of())))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"plot.svg", "plot.png"})
  void aPlotIsDrawn(String name, @TempDir Path directory) throws IOException {
    Path file = directory.resolve(name);

    Plot.write(List.of(result(List.of(rate(1, 100)), List.of(rate(1, 300)))), file);

    assertThat(Files.size(file)).isGreaterThan(1000);
  }

  @Test
  void theFirstCoreOfAList() {
    assertThat(OneCore.first("\t2-3,8")).isEqualTo("2");
    assertThat(OneCore.first(" 5,7")).isEqualTo("5");
    assertThat(OneCore.first("0")).isEqualTo("0");
  }

  private static RowResult result(List<Measurement> go, List<Measurement> raftwire) {
    Map<String, List<Measurement>> measurements = new LinkedHashMap<>();
    measurements.put("go-go", go);
    measurements.put("raftwire-raftwire", raftwire);
    return new RowResult(ROW, measurements);
  }

  private static Measurement rate(int run, double perSecond) {
    Measurement.Side side = new Measurement.Side(1, 300, 1 << 20, 1 << 19, 1 << 18, 1, 2, 2);
    return new Measurement(run, perSecond, null, null, null, null, 2, side, side);
  }
}
