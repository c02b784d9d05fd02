// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a measurement.
 *
 * @param name in files
 * @param kinds the rows that have it
 * @param value the figure; 0 if it was not measured
 */
record Figure(String name, Set<Row.Kind> kinds, ToDoubleFunction<Measurement> value) {

  static final Figure PER_SECOND =
      new Figure("per_second", EnumSet.of(Row.Kind.BULK), m -> orZero(m.perSecond()));
  static final Figure P50 = new Figure("p50_us", EnumSet.of(Row.Kind.PING), m -> orZero(m.p50Us()));
  static final Figure P99 = new Figure("p99_us", EnumSet.of(Row.Kind.PING), m -> orZero(m.p99Us()));
  static final Figure CPU =
      new Figure("cpu_micros", EnumSet.allOf(Row.Kind.class), Measurement::cpuMicros);
  static final Figure MEMORY =
      new Figure("max_rss_bytes", EnumSet.allOf(Row.Kind.class), Measurement::maxRssBytes);

  static final List<Figure> ALL = List.of(PER_SECOND, P50, P99, CPU, MEMORY);

  private static double orZero(@Nullable Double figure) {
    return figure == null ? 0 : figure;
  }
}
