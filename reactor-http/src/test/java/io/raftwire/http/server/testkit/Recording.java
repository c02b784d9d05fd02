// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server.testkit;

import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Keeps probes and changes of status; passes over the rest. */
public final class Recording implements TransportRecorder {

  private final AtomicInteger stalls = new AtomicInteger();

  /** One answered probe. */
  public record Probe(
      MemberId peer, PeerChannel over, Duration roundTrip, Duration clockDifference) {}

  private final Queue<Probe> probes = new ConcurrentLinkedQueue<>();
  private final Queue<MemberId> probeFailures = new ConcurrentLinkedQueue<>();
  private final Map<PeerChannel, Long> sent = new ConcurrentHashMap<>();
  private final Queue<String> log = new ConcurrentLinkedQueue<>();

  /** The answered probes of a peer over one kind of connections. */
  public List<Probe> probes(MemberId peer, PeerChannel over) {
    return probes.stream()
        .filter(probe -> probe.peer().equals(peer) && probe.over() == over)
        .toList();
  }

  /** How many messages were sent over a channel, to whomever. */
  public long sent(PeerChannel channel) {
    return sent.getOrDefault(channel, 0L);
  }

  /** How many probes of a peer failed. */
  public long probeFailures(MemberId peer) {
    return probeFailures.stream().filter(peer::equals).count();
  }

  /** Changes of status and of peers, as texts. */
  public List<String> log() {
    return List.copyOf(log);
  }

  /** How often the inbound flux began to stall. */
  public int stalls() {
    return stalls.get();
  }

  @Override
  public void inboundStallBegan() {
    stalls.incrementAndGet();
  }

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    log.add("open " + peer);
    return new OfPeer(peer);
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return TransportRecorder.noop().strangers(local);
  }

  private final class OfPeer implements PeerRecorder {

    private final MemberId peer;

    OfPeer(MemberId peer) {
      this.peer = peer;
    }

    @Override
    public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      sent.merge(channel, messages, Long::sum);
    }

    @Override
    public void active() {
      log.add("active " + peer);
    }

    @Override
    public void inactive(LinkFailure cause) {
      log.add("inactive " + peer);
    }

    @Override
    public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
      probes.add(new Probe(peer, over, roundTrip, clockDifference));
    }

    @Override
    public void probeFailed(PeerChannel over) {
      probeFailures.add(peer);
    }

    @Override
    public void close() {
      log.add("close " + peer);
    }
  }
}
