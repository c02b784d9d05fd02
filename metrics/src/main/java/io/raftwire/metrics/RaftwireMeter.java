// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static io.micrometer.core.instrument.Meter.Type.COUNTER;
import static io.micrometer.core.instrument.Meter.Type.GAUGE;
import static io.micrometer.core.instrument.Meter.Type.TIMER;
import static io.raftwire.metrics.RaftwireTag.CERTIFICATE;
import static io.raftwire.metrics.RaftwireTag.CHANNEL;
import static io.raftwire.metrics.RaftwireTag.CLASS;
import static io.raftwire.metrics.RaftwireTag.DIRECTION;
import static io.raftwire.metrics.RaftwireTag.MEMORY;
import static io.raftwire.metrics.RaftwireTag.OUTCOME;
import static io.raftwire.metrics.RaftwireTag.PEER;
import static io.raftwire.metrics.RaftwireTag.REASON;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * The meters of the vocabulary {@link MeterNames#RAFTWIRE}. Bytes are protobuf sizes where it does
 * not say wire bytes; those are what frames and bodies take, below HTTP's own framing and TLS.
 */
@SuppressWarnings("ImmutableEnumChecker") // the lists are from List.of or Stream.toList
public enum RaftwireMeter implements DocumentedMeter {
  /** Messages sent. */
  SENT_MESSAGES(
      "raftwire.sent.messages",
      COUNTER,
      "messages",
      "Messages handed to the kernel, or answered if posted",
      PEER,
      CHANNEL),
  /** Bytes of messages sent. */
  SENT_BYTES("raftwire.sent.bytes", COUNTER, "bytes", "Size of the messages sent", PEER, CHANNEL),
  /** Wire bytes sent. */
  SENT_WIRE_BYTES(
      "raftwire.sent.wire.bytes",
      COUNTER,
      "bytes",
      "What the messages sent took as frames and bodies",
      PEER,
      CHANNEL),
  /** Messages received. */
  RECEIVED_MESSAGES(
      "raftwire.received.messages",
      COUNTER,
      "messages",
      "Messages that arrived, link heartbeats left out",
      PEER,
      CHANNEL),
  /** Bytes of messages received. */
  RECEIVED_BYTES(
      "raftwire.received.bytes", COUNTER, "bytes", "Size of the messages received", PEER, CHANNEL),
  /** Wire bytes received. */
  RECEIVED_WIRE_BYTES(
      "raftwire.received.wire.bytes",
      COUNTER,
      "bytes",
      "What the messages received took as frames and bodies",
      PEER,
      CHANNEL),
  /** Failures to send. */
  SEND_FAILURES(
      "raftwire.send.failures",
      COUNTER,
      "failures",
      "Messages that could not be sent: refused for want of room, or the channel failed",
      PEER,
      CHANNEL),
  /** Failures to receive. */
  RECEIVE_FAILURES(
      "raftwire.receive.failures",
      COUNTER,
      "failures",
      "Arrivals that could not be taken: not the protocol, or no room",
      PEER,
      CHANNEL),
  /** Messages dropped. */
  DROPPED_MESSAGES(
      "raftwire.dropped.messages",
      COUNTER,
      "messages",
      "Messages dropped after they were taken or received",
      PEER,
      CHANNEL,
      CLASS,
      REASON),
  /** Bytes of messages dropped. */
  DROPPED_BYTES(
      "raftwire.dropped.bytes",
      COUNTER,
      "bytes",
      "Size of the messages dropped",
      PEER,
      CHANNEL,
      CLASS,
      REASON),
  /** Depth of a lane in messages. */
  QUEUE_MESSAGES(
      "raftwire.queue.messages",
      GAUGE,
      "messages",
      "Messages that wait in the lane of a channel",
      PEER,
      CHANNEL),
  /** Depth of a lane in bytes. */
  QUEUE_BYTES(
      "raftwire.queue.bytes",
      GAUGE,
      "bytes",
      "Size of the messages that wait in the lane of a channel",
      PEER,
      CHANNEL),
  /** Time in a lane. */
  QUEUE_TIME(
      "raftwire.queue.time",
      TIMER,
      "seconds",
      "How long a message had waited in its lane when it was written; measured about once a batch",
      Buckets.exponential(Duration.ofNanos(100_000), 4, 8),
      PEER,
      CHANNEL),
  /** Whether the peer is active. */
  PEER_ACTIVE(
      "raftwire.peer.active",
      GAUGE,
      "",
      "1 while the peer is active, 0 while it is not; the sum is the number of active peers",
      PEER),
  /** Losses of a peer. */
  PEER_DISCONNECTS(
      "raftwire.peer.disconnects",
      COUNTER,
      "disconnects",
      "How often an active peer became inactive, and by which channel and cause",
      PEER,
      CHANNEL,
      REASON),
  /** Streams opened. */
  OPENED_STREAMS(
      "raftwire.opened.streams",
      COUNTER,
      "streams",
      "Streams opened; all but the first of a channel are reconnects",
      PEER,
      CHANNEL,
      DIRECTION),
  /** Streams closed. */
  CLOSED_STREAMS(
      "raftwire.closed.streams",
      COUNTER,
      "streams",
      "Streams that ended, by cause",
      PEER,
      CHANNEL,
      DIRECTION,
      REASON),
  /** Age of a stream. */
  STREAM_AGE(
      "raftwire.stream.age",
      GAUGE,
      "seconds",
      "Age of the stream that is open, 0 while none is",
      PEER,
      CHANNEL,
      DIRECTION),
  /** Lifetime of streams. */
  STREAM_LIFETIME(
      "raftwire.stream.lifetime",
      TIMER,
      "seconds",
      "How old streams were when they ended",
      PEER,
      CHANNEL,
      DIRECTION),
  /** Snapshots under way. */
  SNAPSHOT_INFLIGHT(
      "raftwire.snapshot.inflight",
      GAUGE,
      "transfers",
      "Transfers of snapshots under way",
      PEER,
      DIRECTION),
  /** Progress of snapshots. */
  SNAPSHOT_PROGRESS(
      "raftwire.snapshot.progress",
      GAUGE,
      "bytes",
      "What the snapshots under way have moved of their bodies so far, 0 while none is",
      PEER,
      DIRECTION),
  /** Bytes of snapshots. */
  SNAPSHOT_BYTES(
      "raftwire.snapshot.bytes",
      COUNTER,
      "bytes",
      "What all snapshots have moved of their bodies; its rate is the speed of a transfer",
      PEER,
      DIRECTION),
  /** Duration of snapshots. */
  SNAPSHOT_DURATION(
      "raftwire.snapshot.duration",
      TIMER,
      "seconds",
      "How long transfers of snapshots took that succeeded",
      Buckets.exponential(Duration.ofMillis(100), 2, 14),
      PEER,
      DIRECTION),
  /** Snapshots that failed. */
  SNAPSHOT_FAILURES(
      "raftwire.snapshot.failures",
      COUNTER,
      "failures",
      "Transfers of snapshots that failed, by cause",
      PEER,
      DIRECTION,
      REASON),
  /** Round-trip time. */
  PROBE_ROUND_TRIP(
      "raftwire.probe.rtt",
      TIMER,
      "seconds",
      "Round-trip time of probes, over the connections of a channel",
      Buckets.exponential(Duration.ofNanos(100_000), 2, 16),
      PEER,
      CHANNEL),
  /** Probes that failed. */
  PROBE_FAILURES(
      "raftwire.probe.failures", COUNTER, "failures", "Probes that failed", PEER, CHANNEL),
  /** Clock difference. */
  CLOCK_DIFFERENCE(
      "raftwire.clock.difference",
      GAUGE,
      "seconds",
      "The peer's clock minus this member's, by the last probe",
      PEER),
  /** Stalls of the inbound flux. */
  INBOUND_STALLS(
      "raftwire.inbound.stalls",
      TIMER,
      "seconds",
      "How long the subscriber of received messages requested nothing while messages waited"),
  /** Stalls of the inbound flux under way. */
  INBOUND_STALLED(
      "raftwire.inbound.stalled",
      GAUGE,
      "",
      "How many fluxes of received messages are stalled now"),
  /** Memory of Netty's buffers. */
  BUFFER_MEMORY(
      "raftwire.buffer.memory",
      GAUGE,
      "bytes",
      "Memory that the buffer allocator holds, in use or pooled",
      MEMORY),
  /** Time that a certificate is still valid. */
  CERTIFICATE_EXPIRY(
      "raftwire.certificate.expiry",
      GAUGE,
      "seconds",
      "Time until the certificate expires, negative after that",
      CERTIFICATE),
  /** Certificates that have changed. */
  CERTIFICATE_RELOADS(
      "raftwire.certificate.reloads",
      COUNTER,
      "reloads",
      "How often changed certificates were taken, or were looked at and could not be used",
      OUTCOME);

  private final String name;
  private final Meter.Type type;
  private final String baseUnit;
  private final String meaning;
  private final List<Duration> buckets;
  private final List<RaftwireTag> tags;

  RaftwireMeter(
      String name, Meter.Type type, String baseUnit, String meaning, RaftwireTag... tags) {
    this(name, type, baseUnit, meaning, List.of(), tags);
  }

  RaftwireMeter(
      String name,
      Meter.Type type,
      String baseUnit,
      String meaning,
      List<Duration> buckets,
      RaftwireTag... tags) {
    this.name = name;
    this.type = type;
    this.baseUnit = baseUnit;
    this.meaning = meaning;
    this.buckets = buckets;
    this.tags = List.of(tags);
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public Meter.Type getType() {
    return type;
  }

  @Override
  public String getBaseUnit() {
    return baseUnit;
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
    String base = name.replace('.', '_').toLowerCase(Locale.ROOT);
    String unit = baseUnit.isEmpty() || base.endsWith("_" + baseUnit) ? "" : "_" + baseUnit;
    return base + unit + (type == COUNTER ? "_total" : "");
  }

  @Override
  public List<Duration> buckets() {
    return buckets;
  }
}
