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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Runs one contender once: two processes and what they print. */
final class Pair {

  private static final Duration READY_TIMEOUT = Duration.ofMinutes(1);
  private static final Duration RESULT_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration LAST_WORDS_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration CPU_INTERVAL = Duration.ofMillis(500);
  private static final Duration PING_CPU_INTERVAL = Duration.ofSeconds(2);
  private static final String CLUSTER_ID = "1000";

  private final List<String> wrapper;
  private final Duration seconds;
  private final Duration warmup;
  private final Scratch scratch;

  /**
   * Runs with the same times each.
   *
   * @param wrapper what goes before each command, such as {@code taskset}
   * @param scratch where files can be made
   */
  Pair(List<String> wrapper, Duration seconds, Duration warmup, Scratch scratch) {
    this.wrapper = List.copyOf(wrapper);
    this.seconds = seconds;
    this.warmup = warmup;
    this.scratch = scratch;
  }

  /** Measures. */
  Measurement run(int run, Row row, Contender contender) throws InterruptedException {
    int[] ports = freePorts(1 + row.peers());
    String scheme = row.tls() ? "https" : "http";
    String here = url(scheme, ports[0]);
    String there =
        Arrays.stream(ports)
            .skip(1)
            .mapToObj(port -> url(scheme, port))
            .collect(Collectors.joining(","));
    Duration measured = longer(seconds, Duration.ofSeconds(row.leastSeconds()));
    List<String> receiving =
        command(contender.receiver(), row, row.kind().receiver(), ends("2", there, "1", here));
    receiving.addAll(row.receiverFlags());
    List<String> sending =
        command(contender.sender(), row, row.kind().sender(), ends("1", here, "2", there));
    sending.addAll(row.senderFlags());
    sending.addAll(List.of("--seconds", seconds(measured), "--warmup", seconds(warmup)));
    if (row.kind() == Row.Kind.SNAPSHOT) {
      sending.addAll(List.of("--dir", scratch.directory("sender").toString()));
      receiving.addAll(List.of("--dir", scratch.directory("receiver").toString()));
    }
    String receiverName = contender.receiver().name() + " " + row.kind().receiver();
    String senderName = contender.sender().name() + " " + row.kind().sender();
    Duration cpuEvery = row.kind() == Row.Kind.PING ? PING_CPU_INTERVAL : CPU_INTERVAL;
    try (EndProcess receiver = EndProcess.start(receiverName, receiving);
        CpuTrack cpu = new CpuTrack(receiver.handle(), cpuEvery)) {
      receiver.awaitReady(READY_TIMEOUT);
      try (EndProcess sender = EndProcess.start(senderName, sending)) {
        sender.awaitReady(READY_TIMEOUT);
        String line = sender.nextLine(measured.plus(warmup).plus(RESULT_TIMEOUT));
        long endNanos = System.nanoTime();
        cpu.look();
        sender.closeInput();
        sender.awaitSuccess();
        receiver.closeInput();
        Results.Receiver last =
            Json.parse(receiver.nextLine(LAST_WORDS_TIMEOUT), Results.Receiver.class);
        receiver.awaitSuccess();
        return row.kind() == Row.Kind.PING
            ? ping(run, Json.parse(line, Results.RoundTrips.class), last, cpu, endNanos)
            : bulk(run, Json.parse(line, Results.Sender.class), last, cpu, endNanos);
      }
    } finally {
      scratch.empty();
    }
  }

  private static Measurement bulk(
      int run, Results.Sender result, Results.Receiver last, CpuTrack cpu, long endNanos) {
    long messages = Math.max(1, result.acked());
    Measurement.Side sending =
        Measurement.Side.of(
            result.cpuSeconds() * 1e6 / messages,
            (double) result.allocated() / messages,
            result.memory());
    Measurement.Side receiving = receiving(last, cpu, result.seconds(), endNanos, messages);
    return new Measurement(
        run,
        result.perSecond(),
        null,
        null,
        null,
        null,
        sending.cpuMicros() + receiving.cpuMicros(),
        sending,
        receiving);
  }

  private static Measurement ping(
      int run, Results.RoundTrips result, Results.Receiver last, CpuTrack cpu, long endNanos) {
    int count = Math.max(1, result.count());
    Measurement.Side sending =
        Measurement.Side.of(
            result.cpuSeconds() * 1e6 / count,
            (double) result.memory().allocatedBytes() / Math.max(1, last.messages()),
            result.memory());
    Measurement.Side receiving = receiving(last, cpu, result.seconds(), endNanos, count);
    return new Measurement(
        run,
        null,
        result.p50Us(),
        result.p99Us(),
        result.p999Us(),
        result.p99TenthUs(),
        sending.cpuMicros() + receiving.cpuMicros(),
        sending,
        receiving);
  }

  private static Measurement.Side receiving(
      Results.Receiver last, CpuTrack cpu, double seconds, long endNanos, long messages) {
    long from = endNanos - Math.round(seconds * 1e9);
    return Measurement.Side.of(
        cpu.secondsBetween(from, endNanos) * 1e6 / messages,
        (double) last.memory().allocatedBytes() / Math.max(1, last.messages()),
        last.memory());
  }

  private List<String> command(Program program, Row row, String command, List<String> flags) {
    List<String> line = new ArrayList<>(wrapper);
    line.addAll(program.launcher());
    line.add(program.commandPrefix() + command);
    line.addAll(flags);
    line.addAll(program.flags());
    if (row.tls()) {
      line.addAll(scratch.certificate().flags());
    }
    return line;
  }

  private static List<String> ends(String id, String url, String peerId, String peerUrl) {
    return List.of(
        "--id",
        id,
        "--listen",
        url,
        "--peer-id",
        peerId,
        "--peer-url",
        peerUrl,
        "--cluster-id",
        CLUSTER_ID);
  }

  private static String url(String scheme, int port) {
    return scheme + "://127.0.0.1:" + port;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static String seconds(Duration duration) {
    return Double.toString(duration.toNanos() / 1e9);
  }

  private static int[] freePorts(int count) {
    InetAddress here = InetAddress.getLoopbackAddress();
    List<ServerSocket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, here));
      }
      int[] ports = sockets.stream().mapToInt(ServerSocket::getLocalPort).toArray();
      for (ServerSocket socket : sockets) {
        socket.close();
      }
      return ports;
    } catch (IOException e) {
      throw new UncheckedIOException("no free port on 127.0.0.1", e);
    }
  }
}
