// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.docs.MeterDocumentation;
import java.time.Duration;
import java.util.List;

/** A meter of one of the vocabularies: what Micrometer documents of it, and what it means. */
public interface DocumentedMeter extends MeterDocumentation {

  /** What it counts or shows, one sentence. */
  String meaning();

  /** The name of its Prometheus family, as a registry with Micrometer's naming exposes it. */
  String prometheusName();

  /**
   * The upper bounds of its histogram's buckets, without the infinite one; empty if it has none.
   */
  default List<Duration> buckets() {
    return List.of();
  }
}
