// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.peer.Json;
import io.raftwire.examples.bench.peer.Results;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs one contender once: two processes and what they print. */
final class Pair {

  private static final Duration READY_TIMEOUT = Duration.ofMinutes(1);
  private static final Duration RESULT_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration LAST_WORDS_TIMEOUT = Duration.ofSeconds(20);
  private static final String CLUSTER_ID = "1000";

  private final List<String> wrapper;
  private final Duration seconds;
  private final Duration warmup;

  /**
   * Runs with the same times each.
   *
   * @param wrapper what goes before each command, such as {@code taskset}
   */
  Pair(List<String> wrapper, Duration seconds, Duration warmup) {
    this.wrapper = List.copyOf(wrapper);
    this.seconds = seconds;
    this.warmup = warmup;
  }

  /** Measures. */
  Measurement run(int run, Row row, Contender contender) throws InterruptedException {
    int[] ports = freePorts();
    List<String> receiving =
        command(contender.receiver(), row.kind().receiver(), ends("2", "1", ports[1], ports[0]));
    List<String> sending =
        command(contender.sender(), row.kind().sender(), ends("1", "2", ports[0], ports[1]));
    sending.addAll(row.flags());
    sending.addAll(List.of("--seconds", seconds(seconds), "--warmup", seconds(warmup)));
    String receiverName = contender.receiver().name() + " " + row.kind().receiver();
    String senderName = contender.sender().name() + " " + row.kind().sender();
    try (EndProcess receiver = EndProcess.start(receiverName, receiving)) {
      receiver.awaitReady(READY_TIMEOUT);
      try (EndProcess sender = EndProcess.start(senderName, sending)) {
        sender.awaitReady(READY_TIMEOUT);
        String line = sender.nextLine(seconds.plus(warmup).plus(RESULT_TIMEOUT));
        long endNanos = System.nanoTime();
        sender.closeInput();
        sender.awaitSuccess();
        receiver.closeInput();
        Results.Receiver last =
            Json.parse(receiver.nextLine(LAST_WORDS_TIMEOUT), Results.Receiver.class);
        receiver.awaitSuccess();
        return row.kind() == Row.Kind.BULK
            ? bulk(run, Json.parse(line, Results.Sender.class), last, sender, receiver, endNanos)
            : ping(
                run, Json.parse(line, Results.RoundTrips.class), last, sender, receiver, endNanos);
      }
    }
  }

  private static Measurement bulk(
      int run,
      Results.Sender result,
      Results.Receiver last,
      EndProcess sender,
      EndProcess receiver,
      long endNanos) {
    long from = endNanos - Math.round(result.seconds() * 1e9);
    long messages = Math.max(1, result.acked());
    double sending = sender.cpu().secondsBetween(from, endNanos) * 1e6 / messages;
    double receiving = receiver.cpu().secondsBetween(from, endNanos) * 1e6 / messages;
    return new Measurement(
        run,
        result.perSecond(),
        null,
        null,
        sending + receiving,
        sending,
        receiving,
        Math.max(result.maxRssBytes(), last.maxRssBytes()));
  }

  private Measurement ping(
      int run,
      Results.RoundTrips result,
      Results.Receiver last,
      EndProcess sender,
      EndProcess receiver,
      long endNanos) {
    long from = endNanos - seconds.toNanos();
    int count = Math.max(1, result.count());
    double sending = sender.cpu().secondsBetween(from, endNanos) * 1e6 / count;
    double receiving = receiver.cpu().secondsBetween(from, endNanos) * 1e6 / count;
    return new Measurement(
        run,
        null,
        result.p50Us(),
        result.p99Us(),
        sending + receiving,
        sending,
        receiving,
        last.maxRssBytes());
  }

  private List<String> command(Program program, String command, List<String> flags) {
    List<String> line = new ArrayList<>(wrapper);
    line.addAll(program.launcher());
    line.add(program.commandPrefix() + command);
    line.addAll(flags);
    return line;
  }

  private static List<String> ends(String id, String peerId, int port, int peerPort) {
    return List.of(
        "--id",
        id,
        "--listen",
        "http://127.0.0.1:" + port,
        "--peer-id",
        peerId,
        "--peer-url",
        "http://127.0.0.1:" + peerPort,
        "--cluster-id",
        CLUSTER_ID);
  }

  private static String seconds(Duration duration) {
    return Double.toString(duration.toNanos() / 1e9);
  }

  private static int[] freePorts() {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (ServerSocket first = new ServerSocket(0, 1, here);
        ServerSocket second = new ServerSocket(0, 1, here)) {
      return new int[] {first.getLocalPort(), second.getLocalPort()};
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on 127.0.0.1", e);
    }
  }
}
