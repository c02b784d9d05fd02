// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One peer in the vocabulary {@link MeterNames#ETCD}, which knows neither channels nor causes. A
 * peer's meters are there from the start; a stranger's come with the first of their kind.
 */
@SuppressWarnings("EnumOrdinal") // indices of arrays that nobody stores
final class EtcdPeerRecorder implements PeerRecorder {

  private final MeterSet meters;
  private final RequestObserver requests;
  private final Tag[] link;
  private final Tag to;
  private final Tag from;

  private final LazyTable<Counter> counters =
      new LazyTable<>(EtcdMeter.values().length, this::counter);
  private final LazyTable<AtomicInteger> active = new LazyTable<>(1, ignored -> activeGauge());
  private final LazyTable<Snapshots> snapshots =
      new LazyTable<>(Direction.values().length, this::snapshots);
  private final LazyTable<Timer> roundTrip = new LazyTable<>(1, ignored -> roundTripTimer());

  EtcdPeerRecorder(MeterSet meters, RequestObserver requests, MemberId local, String peer) {
    this.meters = meters;
    this.requests = requests;
    this.link = new Tag[] {tag(EtcdTag.LOCAL, local.toString()), tag(EtcdTag.REMOTE, peer)};
    this.to = tag(EtcdTag.TO, peer);
    this.from = tag(EtcdTag.FROM, peer);
  }

  @Override
  public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    count(EtcdMeter.SENT_BYTES, messageBytes);
  }

  @Override
  public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    count(EtcdMeter.RECEIVED_BYTES, messageBytes);
  }

  @Override
  public void sendFailed(PeerChannel channel) {
    count(EtcdMeter.SENT_FAILURES, 1);
  }

  @Override
  public void receiveFailed(PeerChannel channel) {
    count(EtcdMeter.RECEIVED_FAILURES, 1);
  }

  /** Lanes come first of all, and tell a peer, which has streams, from a remote. */
  @Override
  public void lane(PeerChannel channel, Lane lane) {
    counters.get(EtcdMeter.SENT_BYTES.ordinal());
    counters.get(EtcdMeter.RECEIVED_BYTES.ordinal());
    counters.get(EtcdMeter.SENT_FAILURES.ordinal());
    counters.get(EtcdMeter.RECEIVED_FAILURES.ordinal());
    for (Direction direction : Direction.values()) {
      snapshots.get(direction.ordinal());
    }
    if (channel == PeerChannel.MSGAPP || channel == PeerChannel.MESSAGE) {
      active.get(0);
      counters.get(EtcdMeter.DISCONNECTED_PEERS.ordinal());
      roundTrip.get(0);
    }
  }

  @Override
  public void active() {
    active.get(0).set(1);
  }

  @Override
  public void inactive(LinkFailure cause) {
    active.get(0).set(0);
    count(EtcdMeter.DISCONNECTED_PEERS, 1);
  }

  @Override
  public void snapshotStarted(Direction direction) {
    snapshots.get(direction.ordinal()).inflight.incrementAndGet();
  }

  @Override
  public void snapshotEnded(
      Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
    Snapshots ended = snapshots.get(direction.ordinal());
    ended.inflight.decrementAndGet();
    if (failure == null) {
      ended.successes.increment();
      ended.duration.record(took);
    } else {
      ended.failures.increment();
    }
  }

  @Override
  public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
    this.roundTrip.get(0).record(roundTrip);
  }

  @Override
  public Request request(PeerChannel channel, BiConsumer<String, String> header) {
    return requests.begin(channel, header);
  }

  @Override
  public void close() {
    meters.close();
  }

  private void count(EtcdMeter meter, long amount) {
    counters.get(meter.ordinal()).increment((double) amount);
  }

  private Counter counter(int index) {
    EtcdMeter meter = EtcdMeter.values()[index];
    return switch (meter) {
      case DISCONNECTED_PEERS -> meters.counter(meter, link);
      case SENT_BYTES, SENT_FAILURES -> meters.counter(meter, to);
      case RECEIVED_BYTES, RECEIVED_FAILURES -> meters.counter(meter, from);
      default -> throw new AssertionError(meter + " (expected: a plain counter)");
    };
  }

  private AtomicInteger activeGauge() {
    AtomicInteger value = new AtomicInteger();
    meters.gauge(EtcdMeter.ACTIVE_PEERS, value::get, link);
    return value;
  }

  private Timer roundTripTimer() {
    return meters.timer(EtcdMeter.ROUND_TRIP, to);
  }

  private Snapshots snapshots(int direction) {
    return direction == Direction.SEND.ordinal()
        ? new Snapshots(
            meters,
            EtcdMeter.SNAPSHOT_SEND_SUCCESS,
            EtcdMeter.SNAPSHOT_SEND_INFLIGHTS,
            EtcdMeter.SNAPSHOT_SEND_FAILURES,
            EtcdMeter.SNAPSHOT_SEND_DURATION,
            to)
        : new Snapshots(
            meters,
            EtcdMeter.SNAPSHOT_RECEIVE_SUCCESS,
            EtcdMeter.SNAPSHOT_RECEIVE_INFLIGHTS,
            EtcdMeter.SNAPSHOT_RECEIVE_FAILURES,
            EtcdMeter.SNAPSHOT_RECEIVE_DURATION,
            from);
  }

  private static Tag tag(EtcdTag key, String value) {
    return Tag.of(key.asString(), value);
  }

  /** Snapshots one way. Registered crosswise, see {@link EtcdMeter}. */
  private static final class Snapshots {

    private final LongAdder successes = new LongAdder();
    private final AtomicInteger inflight = new AtomicInteger();
    private final LongAdder failures = new LongAdder();
    private final Timer duration;

    Snapshots(
        MeterSet meters,
        EtcdMeter success,
        EtcdMeter inflights,
        EtcdMeter failure,
        EtcdMeter seconds,
        Tag tag) {
      this.duration = meters.timer(seconds, tag);
      meters.gauge(success, successes::sum, tag);
      meters.functionCounter(inflights, inflight::get, tag);
      meters.gauge(failure, failures::sum, tag);
    }
  }
}
