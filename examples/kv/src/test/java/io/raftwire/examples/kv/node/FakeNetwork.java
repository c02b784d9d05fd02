// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.raftwire.ClusterId;
import io.raftwire.Delivery;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.Peer;
import io.raftwire.PeerChannel;
import io.raftwire.PeerUrls;
import io.raftwire.RaftTransport;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Transports in one process: every message goes through its bytes, and may be lost or cut off. */
public final class FakeNetwork {

  private final Map<MemberId, FakeTransport> transports = new ConcurrentHashMap<>();
  private final Set<MemberId> isolated = ConcurrentHashMap.newKeySet();
  private final Map<MessageType, LongAdder> carried = new ConcurrentHashMap<>();
  private final Random random = new Random(42);
  private volatile double loss;

  /** A transport of this network. */
  public RaftTransport transport(KvNode.TransportSettings settings) {
    return new FakeTransport(settings);
  }

  void isolate(MemberId id) {
    isolated.add(id);
  }

  void heal() {
    isolated.clear();
  }

  void loss(double share) {
    loss = share;
  }

  long carried(MessageType type) {
    LongAdder count = carried.get(type);
    return count == null ? 0 : count.sum();
  }

  private boolean lost() {
    synchronized (random) {
      return random.nextDouble() < loss;
    }
  }

  private final class FakeTransport implements RaftTransport {

    private final KvNode.TransportSettings settings;
    private final Map<MemberId, PeerUrls> peers = new ConcurrentHashMap<>();
    private final Sinks.Many<Message> inbound = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Many<Message> proposals = Sinks.many().unicast().onBackpressureBuffer();
    private final Sinks.Many<TransportEvent> events = Sinks.many().replay().all();
    private final Instant since = Instant.now();
    private volatile Predicate<MemberId> removed = id -> false;

    FakeTransport(KvNode.TransportSettings settings) {
      this.settings = settings;
    }

    @Override
    public MemberId id() {
      return settings.id();
    }

    @Override
    public ClusterId clusterId() {
      return settings.clusterId();
    }

    @Override
    public Mono<Void> start() {
      return Mono.fromRunnable(() -> transports.put(id(), this));
    }

    @Override
    public Mono<Void> stop() {
      return Mono.fromRunnable(() -> transports.remove(id(), this));
    }

    @Override
    public Flux<Message> inbound() {
      return inbound.asFlux();
    }

    @Override
    public Flux<Message> proposals() {
      return proposals.asFlux();
    }

    @Override
    public Flux<Delivery> inboundDeliveries() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Flux<Delivery> proposalDeliveries() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Flux<TransportEvent> events() {
      return events.asFlux();
    }

    @Override
    public SendOutcome send(Message message) {
      MemberId to = MemberId.of(message.getTo());
      if (!peers.containsKey(to)) {
        return SendOutcome.UNKNOWN_PEER;
      }
      FakeTransport target = transports.get(to);
      if (target == null || isolated.contains(id()) || isolated.contains(to) || lost()) {
        return SendOutcome.QUEUED;
      }
      carried.computeIfAbsent(message.getType(), type -> new LongAdder()).increment();
      if (target.removed.test(id())) {
        events.tryEmitNext(
            new TransportEvent.MemberRemoved(
                to,
                LinkFailure.of(
                    PeerChannel.MESSAGE, "dial", LinkFailure.Reason.REMOVED, "410 Gone")));
        return SendOutcome.QUEUED;
      }
      try {
        target.receive(Message.parseFrom(message.toByteArray()));
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
      return SendOutcome.QUEUED;
    }

    private synchronized void receive(Message message) {
      Sinks.Many<Message> sink = message.getType() == MessageType.MsgProp ? proposals : inbound;
      sink.tryEmitNext(message);
    }

    @Override
    public Mono<Void> sendSnapshot(Message snapshot, Publisher<ByteBuf> body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Mono<Void> sendSnapshot(Message snapshot, Path body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean addPeer(MemberId id, PeerUrls urls) {
      return peers.putIfAbsent(id, urls) == null;
    }

    @Override
    public boolean addRemote(MemberId id, PeerUrls urls) {
      return false;
    }

    @Override
    public boolean updatePeer(MemberId id, PeerUrls urls) {
      return peers.replace(id, urls) != null;
    }

    @Override
    public boolean removePeer(MemberId id) {
      return peers.remove(id) != null;
    }

    @Override
    public void removeAllPeers() {
      peers.clear();
    }

    @Override
    public Peer peer(MemberId id) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Collection<Peer> peers() {
      return List.of();
    }

    @Override
    public Optional<Instant> activeSince(MemberId id) {
      boolean active =
          transports.containsKey(id) && !isolated.contains(id) && peers.containsKey(id);
      return active ? Optional.of(since) : Optional.empty();
    }

    @Override
    public int activePeers() {
      return (int) peers.keySet().stream().filter(id -> activeSince(id).isPresent()).count();
    }

    @Override
    public void removedMembers(Predicate<MemberId> removed) {
      this.removed = removed;
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void cut(MemberId id) {}

    @Override
    public void mend(MemberId id) {}
  }
}
