// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All figures of one row.
 *
 * @param measurements by contender, in the order they ran
 */
record RowResult(Row row, Map<String, List<Measurement>> measurements) {

  /** A figure's spread over the runs of a contender; empty if there is none that is not void. */
  Optional<Summary> summary(String contender, Figure figure) {
    List<Double> figures =
        measurements.getOrDefault(contender, List.of()).stream()
            .map(measurement -> figure.value().applyAsDouble(measurement))
            .toList();
    return figures.isEmpty() ? Optional.empty() : Optional.of(Summary.of(figures));
  }

  /**
   * A figure divided by another contender's of the same run, since the machine is not the same from
   * run to run; empty if no run has both.
   */
  Optional<Summary> ratio(String contender, String baseline, Figure figure) {
    List<Double> ratios = new ArrayList<>();
    for (Measurement measured : measurements.getOrDefault(contender, List.of())) {
      for (Measurement base : measurements.getOrDefault(baseline, List.of())) {
        double divisor = figure.value().applyAsDouble(base);
        if (measured.run() == base.run() && divisor > 0) {
          ratios.add(figure.value().applyAsDouble(measured) / divisor);
        }
      }
    }
    return ratios.isEmpty() ? Optional.empty() : Optional.of(Summary.of(ratios));
  }
}
