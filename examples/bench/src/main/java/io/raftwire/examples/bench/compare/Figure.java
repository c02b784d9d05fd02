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
 * @param title for people
 * @param kinds the rows that have it
 * @param value the figure; 0 if it was not measured
 */
record Figure(String name, String title, Set<Row.Kind> kinds, ToDoubleFunction<Measurement> value) {

  private static final Set<Row.Kind> THROUGHPUT = EnumSet.of(Row.Kind.BULK, Row.Kind.SNAPSHOT);
  private static final Set<Row.Kind> LATENCY = EnumSet.of(Row.Kind.PING);
  private static final Set<Row.Kind> ALL_KINDS = EnumSet.allOf(Row.Kind.class);

  static final Figure PER_SECOND =
      new Figure("per_second", "throughput", THROUGHPUT, m -> orZero(m.perSecond()));
  static final Figure P50 = new Figure("p50_us", "p50", LATENCY, m -> orZero(m.p50Us()));
  static final Figure P99 = new Figure("p99_us", "p99", LATENCY, m -> orZero(m.p99Us()));
  static final Figure P999 = new Figure("p999_us", "p99.9", LATENCY, m -> orZero(m.p999Us()));
  static final Figure P99_TENTH =
      new Figure("p99_tenth_us", "p99 of the median tenth", LATENCY, m -> orZero(m.p99TenthUs()));
  static final Figure CPU =
      new Figure("cpu_micros", "CPU per message", ALL_KINDS, Measurement::cpuMicros);
  static final Figure SENDER_RSS =
      new Figure("sender_max_rss_bytes", "sender memory", ALL_KINDS, m -> m.sender().maxRssBytes());
  static final Figure RECEIVER_RSS =
      new Figure(
          "receiver_max_rss_bytes", "receiver memory", ALL_KINDS, m -> m.receiver().maxRssBytes());
  static final Figure SENDER_ALLOCATED =
      new Figure(
          "sender_allocated_bytes",
          "allocated, sender",
          ALL_KINDS,
          m -> m.sender().allocatedBytes());
  static final Figure RECEIVER_ALLOCATED =
      new Figure(
          "receiver_allocated_bytes",
          "allocated, receiver",
          ALL_KINDS,
          m -> m.receiver().allocatedBytes());
  static final Figure HEAP =
      new Figure(
          "max_heap_bytes",
          "heap",
          ALL_KINDS,
          m -> Math.max(m.sender().maxHeapBytes(), m.receiver().maxHeapBytes()));
  static final Figure DIRECT =
      new Figure(
          "max_direct_bytes",
          "direct memory",
          ALL_KINDS,
          m -> Math.max(m.sender().maxDirectBytes(), m.receiver().maxDirectBytes()));
  static final Figure GC_MAX =
      new Figure(
          "gc_max_millis",
          "longest collection",
          ALL_KINDS,
          m -> Math.max(m.sender().gcMaxMillis(), m.receiver().gcMaxMillis()));

  static final List<Figure> ALL =
      List.of(
          PER_SECOND,
          P50,
          P99,
          P999,
          P99_TENTH,
          CPU,
          SENDER_RSS,
          RECEIVER_RSS,
          SENDER_ALLOCATED,
          RECEIVER_ALLOCATED,
          HEAP,
          DIRECT,
          GC_MAX);

  private static double orZero(@Nullable Double figure) {
    return figure == null ? 0 : figure;
  }
}
