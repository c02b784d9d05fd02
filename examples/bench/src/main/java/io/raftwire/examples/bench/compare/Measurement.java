// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.raftwire.examples.bench.peer.Results;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one contender in one run. What a row does not measure is absent.
 *
 * @param run counted from 1
 * @param perSecond messages, or bytes of a snapshot
 * @param p99TenthUs the median of the p99 of each tenth of the round trips
 * @param cpuMicros CPU time of both ends for each message, round trip or MiB of a snapshot
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Measurement(
    int run,
    @Nullable Double perSecond,
    @Nullable Double p50Us,
    @Nullable Double p99Us,
    @Nullable Double p999Us,
    @Nullable Double p99TenthUs,
    double cpuMicros,
    Side sender,
    Side receiver) {

  /**
   * What one end has used.
   *
   * @param cpuMicros CPU time for each message, round trip or MiB
   * @param allocatedBytes on the heap for each; of a receiver on average since its start, as it
   *     does not know when its sender measures
   * @param maxRssBytes since its start, as all that follow
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  record Side(
      double cpuMicros,
      double allocatedBytes,
      long maxRssBytes,
      long maxHeapBytes,
      long maxDirectBytes,
      long gcCount,
      double gcMillis,
      double gcMaxMillis) {

    static Side of(double cpuMicros, double allocatedBytes, Results.Memory memory) {
      return new Side(
          cpuMicros,
          allocatedBytes,
          memory.maxRssBytes(),
          memory.maxHeapBytes(),
          memory.maxDirectBytes(),
          memory.gcCount(),
          memory.gcMillis(),
          memory.gcMaxMillis());
    }
  }
}
