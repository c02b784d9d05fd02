// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One peer in the vocabulary {@link MeterNames#RAFTWIRE}. Meters are found by array index, so that
 * recording looks nothing up and allocates nothing. Those that every peer has are there from the
 * start, at zero, since Prometheus does not see the first step of a series that begins above it;
 * those with a class or a cause come with the first of their kind.
 */
@SuppressWarnings("EnumOrdinal") // indices of arrays that nobody stores
final class RaftwirePeerRecorder implements PeerRecorder {

  private static final PeerChannel[] CHANNELS = PeerChannel.values();
  private static final Direction[] DIRECTIONS = Direction.values();
  private static final MessageClass[] CLASSES = MessageClass.values();
  private static final DropReason[] DROP_REASONS = DropReason.values();
  private static final LinkFailure.Reason[] REASONS = LinkFailure.Reason.values();
  private static final List<PeerChannel> STREAMS = List.of(PeerChannel.MSGAPP, PeerChannel.MESSAGE);
  private static final List<PeerChannel> POSTS =
      List.of(PeerChannel.PIPELINE, PeerChannel.SNAPSHOT);
  private static final List<PeerChannel> PROBED =
      List.of(PeerChannel.MESSAGE, PeerChannel.PIPELINE);

  private final MeterSet meters;
  private final RequestObserver requests;
  private final Tag peer;

  private final LazyTable<Traffic> sent;
  private final LazyTable<Traffic> received;
  private final LazyTable<Counter> sendFailures;
  private final LazyTable<Counter> receiveFailures;
  private final LazyTable<Drops> drops;
  private final LazyTable<Timer> queueTimes;
  private final LazyTable<Activity> activity;
  private final LazyTable<Counter> disconnects;
  private final LazyTable<StreamMeters> streams;
  private final LazyTable<SnapshotMeters> snapshots;
  private final LazyTable<Timer> roundTrips;
  private final LazyTable<Counter> probeFailures;
  private final LazyTable<ClockDifference> clock;

  RaftwirePeerRecorder(MeterSet meters, RequestObserver requests, String peer) {
    this.meters = meters;
    this.requests = requests;
    this.peer = tag(RaftwireTag.PEER, peer);
    this.sent =
        byChannel(
            channel ->
                new Traffic(
                    counter(RaftwireMeter.SENT_MESSAGES, channel),
                    counter(RaftwireMeter.SENT_BYTES, channel),
                    counter(RaftwireMeter.SENT_WIRE_BYTES, channel)));
    this.received =
        byChannel(
            channel ->
                new Traffic(
                    counter(RaftwireMeter.RECEIVED_MESSAGES, channel),
                    counter(RaftwireMeter.RECEIVED_BYTES, channel),
                    counter(RaftwireMeter.RECEIVED_WIRE_BYTES, channel)));
    this.sendFailures = byChannel(channel -> counter(RaftwireMeter.SEND_FAILURES, channel));
    this.receiveFailures = byChannel(channel -> counter(RaftwireMeter.RECEIVE_FAILURES, channel));
    this.drops =
        new LazyTable<>(CHANNELS.length * CLASSES.length * DROP_REASONS.length, this::drops);
    this.queueTimes =
        byChannel(channel -> meters.timer(RaftwireMeter.QUEUE_TIME, this.peer, tag(channel)));
    this.activity = new LazyTable<>(1, ignored -> new Activity(meters, this.peer));
    this.disconnects = new LazyTable<>(CHANNELS.length * REASONS.length, this::disconnects);
    this.streams =
        new LazyTable<>(
            CHANNELS.length * DIRECTIONS.length,
            index ->
                new StreamMeters(
                    meters,
                    this.peer,
                    tag(CHANNELS[index / DIRECTIONS.length]),
                    tag(DIRECTIONS[index % DIRECTIONS.length])));
    this.snapshots =
        new LazyTable<>(
            DIRECTIONS.length,
            index -> new SnapshotMeters(meters, this.peer, tag(DIRECTIONS[index])));
    this.roundTrips =
        byChannel(channel -> meters.timer(RaftwireMeter.PROBE_ROUND_TRIP, this.peer, tag(channel)));
    this.probeFailures = byChannel(channel -> counter(RaftwireMeter.PROBE_FAILURES, channel));
    this.clock = new LazyTable<>(1, ignored -> new ClockDifference(meters, this.peer));
  }

  @Override
  public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    sent.get(channel.ordinal()).count(messages, messageBytes, wireBytes);
  }

  @Override
  public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    received.get(channel.ordinal()).count(messages, messageBytes, wireBytes);
  }

  @Override
  public void sendFailed(PeerChannel channel) {
    sendFailures.get(channel.ordinal()).increment();
  }

  @Override
  public void receiveFailed(PeerChannel channel) {
    receiveFailures.get(channel.ordinal()).increment();
  }

  @Override
  public void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {
    drops.get(dropIndex(channel, messageClass, reason)).count(messages, bytes);
  }

  @Override
  public void queued(PeerChannel channel, long nanos) {
    queueTimes.get(channel.ordinal()).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Lanes come first of all, and tell a peer, which has streams, from a remote. */
  @Override
  public void lane(PeerChannel channel, Lane lane) {
    meters.gauge(RaftwireMeter.QUEUE_MESSAGES, lane::messages, peer, tag(channel));
    meters.gauge(RaftwireMeter.QUEUE_BYTES, lane::bytes, peer, tag(channel));
    queueTimes.get(channel.ordinal());
    if (STREAMS.contains(channel)) {
      registerStream(channel);
    } else {
      registerPosts();
    }
  }

  private void registerStream(PeerChannel channel) {
    registerTraffic(channel);
    for (Direction direction : DIRECTIONS) {
      streams.get(streamIndex(channel, direction));
    }
    activity.get(0);
    for (PeerChannel over : PROBED) {
      roundTrips.get(over.ordinal());
      probeFailures.get(over.ordinal());
    }
  }

  private void registerPosts() {
    POSTS.forEach(this::registerTraffic);
    for (Direction direction : DIRECTIONS) {
      snapshots.get(direction.ordinal());
    }
  }

  private void registerTraffic(PeerChannel channel) {
    sent.get(channel.ordinal());
    received.get(channel.ordinal());
    sendFailures.get(channel.ordinal());
    receiveFailures.get(channel.ordinal());
  }

  @Override
  public void active() {
    activity.get(0).active = 1;
  }

  @Override
  public void inactive(LinkFailure cause) {
    activity.get(0).active = 0;
    disconnects
        .get(cause.channel().ordinal() * REASONS.length + cause.reason().ordinal())
        .increment();
  }

  @Override
  public void streamOpened(PeerChannel channel, Direction direction) {
    streams.get(streamIndex(channel, direction)).opened();
  }

  @Override
  public void streamClosed(
      PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
    streams.get(streamIndex(channel, direction)).closed(reason, age);
  }

  @Override
  public void snapshotStarted(Direction direction) {
    snapshots.get(direction.ordinal()).started();
  }

  @Override
  public void snapshotProgress(Direction direction, long bytes) {
    snapshots.get(direction.ordinal()).moved(bytes);
  }

  @Override
  public void snapshotEnded(
      Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
    snapshots.get(direction.ordinal()).ended(took, failure);
  }

  @Override
  public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
    roundTrips.get(over.ordinal()).record(roundTrip);
    clock.get(0).nanos = clockDifference.toNanos();
  }

  @Override
  public void probeFailed(PeerChannel over) {
    probeFailures.get(over.ordinal()).increment();
  }

  @Override
  public Request request(PeerChannel channel, BiConsumer<String, String> header) {
    return requests.begin(channel, header);
  }

  @Override
  public void close() {
    meters.close();
  }

  // ---- which meter is where --------------------------------------------------------------------

  private static int dropIndex(PeerChannel channel, MessageClass messageClass, DropReason reason) {
    return (channel.ordinal() * CLASSES.length + messageClass.ordinal()) * DROP_REASONS.length
        + reason.ordinal();
  }

  private static int streamIndex(PeerChannel channel, Direction direction) {
    return channel.ordinal() * DIRECTIONS.length + direction.ordinal();
  }

  private Drops drops(int index) {
    Tag[] tags = {
      peer,
      tag(CHANNELS[index / DROP_REASONS.length / CLASSES.length]),
      tag(RaftwireTag.CLASS, CLASSES[index / DROP_REASONS.length % CLASSES.length].label()),
      tag(RaftwireTag.REASON, DROP_REASONS[index % DROP_REASONS.length].label())
    };
    return new Drops(
        meters.counter(RaftwireMeter.DROPPED_MESSAGES, tags),
        meters.counter(RaftwireMeter.DROPPED_BYTES, tags));
  }

  private Counter disconnects(int index) {
    return meters.counter(
        RaftwireMeter.PEER_DISCONNECTS,
        peer,
        tag(CHANNELS[index / REASONS.length]),
        tag(REASONS[index % REASONS.length]));
  }

  private Counter counter(RaftwireMeter meter, PeerChannel channel) {
    return meters.counter(meter, peer, tag(channel));
  }

  private static <T> LazyTable<T> byChannel(Function<PeerChannel, T> make) {
    return new LazyTable<>(CHANNELS.length, index -> make.apply(CHANNELS[index]));
  }

  private static Tag tag(PeerChannel channel) {
    return tag(RaftwireTag.CHANNEL, channel.label());
  }

  private static Tag tag(Direction direction) {
    return tag(RaftwireTag.DIRECTION, direction.label());
  }

  /** The tag of a cause. */
  static Tag tag(LinkFailure.Reason reason) {
    return tag(RaftwireTag.REASON, reason.label());
  }

  private static Tag tag(RaftwireTag key, String value) {
    return Tag.of(key.asString(), value);
  }

  /** Messages of one channel, one way. */
  private record Traffic(Counter messages, Counter bytes, Counter wireBytes) {

    void count(long messages, long messageBytes, long wireBytes) {
      this.messages.increment((double) messages);
      this.bytes.increment((double) messageBytes);
      this.wireBytes.increment((double) wireBytes);
    }
  }

  /** Messages of one channel and class, dropped for one reason. */
  private record Drops(Counter messages, Counter bytes) {

    void count(long messages, long bytes) {
      this.messages.increment((double) messages);
      this.bytes.increment((double) bytes);
    }
  }

  /** Whether the peer is active. */
  private static final class Activity {

    private volatile int active;

    Activity(MeterSet meters, Tag peer) {
      meters.gauge(RaftwireMeter.PEER_ACTIVE, () -> active, peer);
    }
  }

  /** The last clock difference; without one there is no such gauge. */
  private static final class ClockDifference {

    private volatile long nanos;

    ClockDifference(MeterSet meters, Tag peer) {
      meters.timeGauge(RaftwireMeter.CLOCK_DIFFERENCE, () -> nanos, peer);
    }
  }
}
