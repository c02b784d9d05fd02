// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Keeps what a transport records, for tests to look at. */
final class TestRecorder implements TransportRecorder {

  private final Map<MemberId, PeerRecords> peers = new ConcurrentHashMap<>();
  private final PeerRecords strangers = new PeerRecords();
  final AtomicInteger stalls = new AtomicInteger();

  PeerRecords peer(MemberId peer) {
    return peers.computeIfAbsent(peer, id -> new PeerRecords());
  }

  PeerRecords peer(long peer) {
    return peer(MemberId.of(peer));
  }

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    return peer(peer);
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return strangers;
  }

  @Override
  public void inboundStalled(Duration stall) {
    stalls.incrementAndGet();
  }

  /** One stream that ended. */
  record Closed(PeerChannel channel, PeerRecorder.Direction direction, LinkFailure.Reason reason) {}

  /** Messages that were dropped. */
  record Drop(PeerChannel channel, MessageClass messageClass, DropReason reason, long messages) {}

  /** What was recorded of one peer. */
  static final class PeerRecords implements PeerRecorder {

    final Map<PeerChannel, AtomicLong> sent = counters();
    final Map<PeerChannel, AtomicLong> received = counters();
    final Map<PeerChannel, AtomicLong> sendFailed = counters();
    final Map<PeerChannel, AtomicLong> receiveFailed = counters();
    final Map<PeerChannel, Lane> lanes = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    final Map<String, AtomicInteger> opened = new ConcurrentHashMap<>();
    final List<Closed> closed = new CopyOnWriteArrayList<>();
    final List<Drop> drops = new CopyOnWriteArrayList<>();
    final AtomicLong dropped = new AtomicLong();
    final Map<PeerChannel, AtomicLong> probed = counters();
    final AtomicLong probesFailed = new AtomicLong();
    // Those that have told of messages they wrote to a stream.
    final Set<Thread> streamWriters = ConcurrentHashMap.newKeySet();

    private static Map<PeerChannel, AtomicLong> counters() {
      Map<PeerChannel, AtomicLong> counters = new EnumMap<>(PeerChannel.class);
      for (PeerChannel channel : PeerChannel.values()) {
        counters.put(channel, new AtomicLong());
      }
      return counters;
    }

    int open(PeerChannel channel, Direction direction) {
      return open.computeIfAbsent(channel.label() + direction.label(), key -> new AtomicInteger())
          .get();
    }

    int opened(PeerChannel channel, Direction direction) {
      return opened
          .computeIfAbsent(channel.label() + direction.label(), key -> new AtomicInteger())
          .get();
    }

    /** Whether both kinds of streams are open both ways. */
    boolean connected() {
      for (PeerChannel channel : List.of(PeerChannel.MSGAPP, PeerChannel.MESSAGE)) {
        for (Direction direction : Direction.values()) {
          if (open(channel, direction) < 1) {
            return false;
          }
        }
      }
      return true;
    }

    long dropped(DropReason reason) {
      return drops.stream().filter(drop -> drop.reason() == reason).mapToLong(Drop::messages).sum();
    }

    List<LinkFailure.Reason> closedFor(PeerChannel channel, Direction direction) {
      return closed.stream()
          .filter(end -> end.channel() == channel && end.direction() == direction)
          .map(Closed::reason)
          .toList();
    }

    @Override
    public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      if (channel == PeerChannel.MSGAPP || channel == PeerChannel.MESSAGE) {
        streamWriters.add(Thread.currentThread());
      }
      sent.get(channel).addAndGet(messages);
    }

    @Override
    public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      received.get(channel).addAndGet(messages);
    }

    @Override
    public void sendFailed(PeerChannel channel) {
      sendFailed.get(channel).incrementAndGet();
    }

    @Override
    public void receiveFailed(PeerChannel channel) {
      receiveFailed.get(channel).incrementAndGet();
    }

    @Override
    public void dropped(
        PeerChannel channel,
        MessageClass messageClass,
        DropReason reason,
        long messages,
        long bytes) {
      dropped.addAndGet(messages);
      if (drops.size() < 10_000) {
        drops.add(new Drop(channel, messageClass, reason, messages));
      }
    }

    @Override
    public void lane(PeerChannel channel, Lane lane) {
      lanes.put(channel, lane);
    }

    @Override
    public void streamOpened(PeerChannel channel, Direction direction) {
      String key = channel.label() + direction.label();
      open.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
      opened.computeIfAbsent(key, k -> new AtomicInteger()).incrementAndGet();
    }

    @Override
    public void streamClosed(
        PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
      open.get(channel.label() + direction.label()).decrementAndGet();
      closed.add(new Closed(channel, direction, reason));
    }

    @Override
    public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
      probed.get(over).incrementAndGet();
    }

    @Override
    public void probeFailed(PeerChannel over) {
      probesFailed.incrementAndGet();
    }
  }
}
