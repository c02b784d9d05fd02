// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static io.raftwire.metrics.EtcdTag.FROM;
import static io.raftwire.metrics.EtcdTag.LOCAL;
import static io.raftwire.metrics.EtcdTag.REMOTE;
import static io.raftwire.metrics.EtcdTag.TO;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The meters of the vocabulary {@link MeterNames#ETCD}: those of etcd's rafthttp, in its {@code
 * metrics.go}, by name, label, bucket and help text.
 *
 * <p>Prometheus' Java client ends the name of every counter in {@code _total} and of no gauge,
 * which etcd does not. So a counter without that ending is registered as a gauge here and a gauge
 * with it as a counter: every sample then has etcd's name and labels, whatever the registry. {@link
 * EtcdText} sets right what is left, the type that Prometheus text states.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are from List.of or Stream.toList
public enum EtcdMeter implements DocumentedMeter {
  /** Active peers. */
  ACTIVE_PEERS(
      "active_peers", Type.GAUGE, "The current number of active peer connections.", LOCAL, REMOTE),
  /** Losses of a peer. */
  DISCONNECTED_PEERS(
      "disconnected_peers_total",
      Type.COUNTER,
      "The total number of disconnected peers.",
      LOCAL,
      REMOTE),
  /** Bytes sent. */
  SENT_BYTES("peer_sent_bytes_total", Type.COUNTER, "The total number of bytes sent to peers.", TO),
  /** Bytes received. */
  RECEIVED_BYTES(
      "peer_received_bytes_total",
      Type.COUNTER,
      "The total number of bytes received from peers.",
      FROM),
  /** Failures to send. */
  SENT_FAILURES(
      "peer_sent_failures_total",
      Type.COUNTER,
      "The total number of send failures from peers.",
      TO),
  /** Failures to receive. */
  RECEIVED_FAILURES(
      "peer_received_failures_total",
      Type.COUNTER,
      "The total number of receive failures from peers.",
      FROM),
  /** Snapshots sent. */
  SNAPSHOT_SEND_SUCCESS(
      "snapshot_send_success", Type.COUNTER, "Total number of successful snapshot sends", TO),
  /** Snapshots that are being sent. */
  SNAPSHOT_SEND_INFLIGHTS(
      "snapshot_send_inflights_total", Type.GAUGE, "Total number of inflight snapshot sends", TO),
  /** Snapshots that could not be sent. */
  SNAPSHOT_SEND_FAILURES(
      "snapshot_send_failures", Type.COUNTER, "Total number of snapshot send failures", TO),
  /** Time to send snapshots. */
  SNAPSHOT_SEND_DURATION(
      "snapshot_send_total_duration_seconds",
      Type.HISTOGRAM,
      "Total latency distributions of v3 snapshot sends",
      TO),
  /** Snapshots received. */
  SNAPSHOT_RECEIVE_SUCCESS(
      "snapshot_receive_success",
      Type.COUNTER,
      "Total number of successful snapshot receives",
      FROM),
  /** Snapshots that are being received. */
  SNAPSHOT_RECEIVE_INFLIGHTS(
      "snapshot_receive_inflights_total",
      Type.GAUGE,
      "Total number of inflight snapshot receives",
      FROM),
  /** Snapshots that could not be received. */
  SNAPSHOT_RECEIVE_FAILURES(
      "snapshot_receive_failures", Type.COUNTER, "Total number of snapshot receive failures", FROM),
  /** Time to receive snapshots. */
  SNAPSHOT_RECEIVE_DURATION(
      "snapshot_receive_total_duration_seconds",
      Type.HISTOGRAM,
      "Total latency distributions of v3 snapshot receives",
      FROM),
  /** Round-trip time. */
  ROUND_TRIP(
      "peer_round_trip_time_seconds",
      Type.HISTOGRAM,
      "Round-Trip-Time histogram between peers",
      TO);

  /** The prefix of all names. */
  static final String PREFIX = "etcd_network_";

  private static final String TOTAL = "_total";
  private static final List<Duration> ROUND_TRIP_BUCKETS =
      Buckets.exponential(Duration.ofNanos(100_000), 2, 16);
  private static final List<Duration> SNAPSHOT_BUCKETS =
      Buckets.exponential(Duration.ofMillis(100), 2, 10);

  private final String name;
  private final Type type;
  private final String meaning;
  private final List<EtcdTag> tags;

  EtcdMeter(String name, Type type, String meaning, EtcdTag... tags) {
    this.name = PREFIX + name;
    this.type = type;
    this.meaning = meaning;
    this.tags = List.of(tags);
  }

  /** What etcd exposes it as. */
  public Type prometheusType() {
    return type;
  }

  /** The name in Prometheus text, which is also Micrometer's. */
  @Override
  public String getName() {
    return name;
  }

  /** What it is registered as; not always {@link #prometheusType}, see the class comment. */
  @Override
  public Meter.Type getType() {
    if (type == Type.HISTOGRAM) {
      return Meter.Type.TIMER;
    }
    return name.endsWith(TOTAL) ? Meter.Type.COUNTER : Meter.Type.GAUGE;
  }

  @Override
  public KeyName[] getKeyNames() {
    return tags.toArray(KeyName[]::new);
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public String prometheusName() {
    return name;
  }

  @Override
  public List<Duration> buckets() {
    if (type != Type.HISTOGRAM) {
      return List.of();
    }
    return this == ROUND_TRIP ? ROUND_TRIP_BUCKETS : SNAPSHOT_BUCKETS;
  }

  /** The types of Prometheus that etcd uses. */
  public enum Type {
    /** It only grows. */
    COUNTER,
    /** It goes up and down. */
    GAUGE,
    /** Observations in buckets. */
    HISTOGRAM;

    /** As a {@code TYPE} line has it. */
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
