// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import com.fasterxml.jackson.annotation.JsonUnwrapped;

/** What the ends of a measurement print, field for field what the Go program prints. */
public final class Results {

  private static final int SECONDS_DIGITS = 3;

  private Results() {}

  /**
   * What a process has used since it started.
   *
   * @param maxRssBytes resident
   * @param maxHeapBytes what was in use at most, garbage included
   * @param maxDirectBytes outside the heap, by buffers; 0 for Go
   * @param allocatedBytes on the heap, all in all
   * @param gcMillis how long it was collecting, all in all
   * @param gcMaxMillis the longest collection but those of its start; where the collector works
   *     beside the program, not all of it is a pause
   */
  public record Memory(
      long maxRssBytes,
      long maxHeapBytes,
      long maxDirectBytes,
      long allocatedBytes,
      long gcCount,
      double gcMillis,
      double gcMaxMillis) {}

  /**
   * The result of a sink or an echo.
   *
   * @param messages how many arrived since it started
   * @param cpuSeconds of the whole process since it started
   */
  public record Receiver(
      String role, String impl, long messages, double cpuSeconds, @JsonUnwrapped Memory memory) {

    static Receiver of(String role, Transport transport, long messages) {
      return new Receiver(
          role, transport.name(), messages, seconds(Usage.cpuNanos()), Usage.memory());
    }
  }

  /**
   * The result of a source.
   *
   * @param size bytes of data of an entry, 0 for small messages; or of a snapshot
   * @param entries entries of a message, 0 for small messages
   * @param seconds how long the measured interval was
   * @param messages how many were sent in it
   * @param perSecond how many were acknowledged in a second of it; of snapshots, bytes
   * @param acked how many were acknowledged in it
   * @param refused how many were not taken for members that do not read
   * @param cpuSeconds what this process spent in it
   * @param allocated bytes on the heap in it
   */
  public record Sender(
      String role,
      String impl,
      String work,
      long size,
      int entries,
      double seconds,
      long messages,
      double perSecond,
      long acked,
      long refused,
      double cpuSeconds,
      long allocated,
      @JsonUnwrapped Memory memory) {}

  /**
   * The result of a ping: percentiles of round trips in microseconds.
   *
   * @param rate how many were to be sent in a second; 0 for one after the other
   * @param p99TenthUs the median of the p99 of each tenth of them
   */
  public record RoundTrips(
      String role,
      String impl,
      int size,
      int rate,
      int count,
      double seconds,
      double p50Us,
      double p90Us,
      double p99Us,
      double p999Us,
      double p99TenthUs,
      double cpuSeconds,
      @JsonUnwrapped Memory memory) {}

  static double seconds(long nanos) {
    return Json.rounded(nanos / 1e9, SECONDS_DIGITS);
  }
}
