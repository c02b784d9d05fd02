// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * The figures of one contender in one run. What a row does not measure is absent.
 *
 * @param run counted from 1
 * @param cpuMicros CPU time of both ends for each message or round trip
 * @param maxRssBytes the larger of both ends, 0 if unknown
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
record Measurement(
    int run,
    @Nullable Double perSecond,
    @Nullable Double p50Us,
    @Nullable Double p99Us,
    double cpuMicros,
    double senderCpuMicros,
    double receiverCpuMicros,
    long maxRssBytes) {}
