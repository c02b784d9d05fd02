// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

/** What the ends of a measurement print, field for field what the Go program prints. */
public final class Results {

  static final String IMPL = "raftwire";
  private static final int SECONDS_DIGITS = 3;

  private Results() {}

  /**
   * The result of a sink or an echo.
   *
   * @param messages how many arrived since it started
   * @param cpuSeconds of the whole process since it started
   */
  public record Receiver(
      String role, String impl, long messages, double cpuSeconds, long maxRssBytes) {

    static Receiver of(String role, long messages) {
      return new Receiver(role, IMPL, messages, seconds(Usage.cpuNanos()), Usage.maxRssBytes());
    }
  }

  /**
   * The result of a source.
   *
   * @param size bytes of data of an entry, 0 for small messages
   * @param entries entries of a message, 0 for small messages
   * @param seconds how long the measured interval was
   * @param messages how many were sent in it
   * @param perSecond how many were acknowledged in a second of it
   * @param acked how many were acknowledged in it
   * @param cpuSeconds what this process spent in it
   */
  public record Sender(
      String role,
      String impl,
      String work,
      int size,
      int entries,
      double seconds,
      long messages,
      double perSecond,
      long acked,
      double cpuSeconds,
      long maxRssBytes) {}

  /** The result of a ping: percentiles of round trips in microseconds. */
  public record RoundTrips(
      String role,
      String impl,
      int size,
      int count,
      double p50Us,
      double p90Us,
      double p99Us,
      double p999Us) {}

  static double seconds(long nanos) {
    return Json.rounded(nanos / 1e9, SECONDS_DIGITS);
  }
}
