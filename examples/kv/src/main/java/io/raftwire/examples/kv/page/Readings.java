// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.raftwire.metrics.RaftwireMeter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the meters say at one moment, by peer. Built and read by one thread. */
final class Readings {

  /** The channels of the page, in its order. */
  static final List<String> CHANNELS = List.of("msgapp", "message", "pipeline", "snapshot");

  private static final Peer NONE = new Peer();
  private static final Map<String, RaftwireMeter> METERS = meters();

  private final Map<String, Peer> peers = new HashMap<>();

  /** Reads meters named as {@link RaftwireMeter} says. */
  Readings(List<Meter> meters) {
    for (Meter meter : meters) {
      RaftwireMeter known = METERS.get(meter.getId().getName());
      String peer = meter.getId().getTag("peer");
      if (known != null && peer != null) {
        peers.computeIfAbsent(peer, id -> new Peer()).read(known, meter);
      }
    }
  }

  /** A peer's; all zero if it has no meters. */
  Peer peer(String id) {
    return peers.getOrDefault(id, NONE);
  }

  private static Map<String, RaftwireMeter> meters() {
    Map<String, RaftwireMeter> meters = new HashMap<>();
    for (RaftwireMeter meter : RaftwireMeter.values()) {
      meters.put(meter.getName(), meter);
    }
    return meters;
  }

  /** Messages and bytes so far. */
  static final class Count {

    long messages;
    long bytes;
  }

  /** One channel. */
  static final class Channel {

    final Count sent = new Count();
    final Count received = new Count();
    long queueMessages;
    long queueBytes;
    long sendFailures;
    long receiveFailures;
  }

  /** One peer. */
  static final class Peer {

    final Map<String, Channel> channels = new HashMap<>();
    final List<Sample.Drop> drops = new ArrayList<>();
    long probes;
    double probeMillis;
    @Nullable Double clockMillis;

    Channel channel(String name) {
      return channels.computeIfAbsent(name, key -> new Channel());
    }

    long dropped() {
      return drops.stream().mapToLong(Sample.Drop::messages).sum();
    }

    long queueMessages() {
      return channels.values().stream().mapToLong(channel -> channel.queueMessages).sum();
    }

    long queueBytes() {
      return channels.values().stream().mapToLong(channel -> channel.queueBytes).sum();
    }

    private void read(RaftwireMeter known, Meter meter) {
      String tag = meter.getId().getTag("channel");
      Channel channel = channel(tag == null ? "" : tag);
      switch (known) {
        case SENT_MESSAGES -> channel.sent.messages = count(meter);
        case SENT_BYTES -> channel.sent.bytes = count(meter);
        case RECEIVED_MESSAGES -> channel.received.messages = count(meter);
        case RECEIVED_BYTES -> channel.received.bytes = count(meter);
        case QUEUE_MESSAGES -> channel.queueMessages = gauge(meter);
        case QUEUE_BYTES -> channel.queueBytes = gauge(meter);
        case SEND_FAILURES -> channel.sendFailures = count(meter);
        case RECEIVE_FAILURES -> channel.receiveFailures = count(meter);
        case DROPPED_MESSAGES ->
            drops.add(
                new Sample.Drop(
                    String.valueOf(tag),
                    String.valueOf(meter.getId().getTag("class")),
                    String.valueOf(meter.getId().getTag("reason")),
                    count(meter)));
        case PROBE_ROUND_TRIP -> {
          if (meter instanceof Timer timer) {
            probes += timer.count();
            probeMillis += timer.totalTime(TimeUnit.MILLISECONDS);
          }
        }
        case CLOCK_DIFFERENCE -> {
          if (meter instanceof TimeGauge gauge) {
            clockMillis = gauge.value(TimeUnit.MILLISECONDS);
          }
        }
        default -> {}
      }
    }

    private static long count(Meter meter) {
      return meter instanceof Counter counter ? Math.round(counter.count()) : 0;
    }

    private static long gauge(Meter meter) {
      return meter instanceof Gauge gauge ? Math.round(gauge.value()) : 0;
    }
  }
}
