// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.collection.LongObjectMap;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerUrls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.EventBus;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.Membership;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.peer.Destination;
import io.raftwire.http.peer.HttpPeer;
import io.raftwire.http.stream.StreamType;
import io.raftwire.http.stream.StreamWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The peers and remotes of a transport. Changes are locked, rare and quick; look-ups read a map
 * that is never changed once it is published.
 */
final class Members implements Membership {

  private static final Logger log = LoggerFactory.getLogger(Members.class);

  private final RaftHttpConfig config;
  private final HttpClients clients;
  private final Inbox inbox;
  private final EventBus events;
  private final Clock clock;
  private final PeerRecorder strangers;

  private volatile LongObjectMap<Destination> destinations = new LongObjectHashMap<>();
  private volatile Predicate<MemberId> removed = id -> false;

  // Guarded by this.
  private boolean started;
  private boolean stopped;
  private boolean paused;

  Members(RaftHttpConfig config, HttpClients clients, Inbox inbox, EventBus events, Clock clock) {
    this.config = config;
    this.clients = clients;
    this.inbox = inbox;
    this.events = events;
    this.clock = clock;
    this.strangers = config.recorder().strangers(config.id());
  }

  // ---- changes --------------------------------------------------------------------------------

  synchronized void start() {
    if (!stopped) {
      started = true;
      destinations.values().forEach(Destination::start);
    }
  }

  Mono<Void> stop(Duration drain) {
    List<Destination> all;
    synchronized (this) {
      stopped = true;
      all = new ArrayList<>(destinations.values());
      destinations = new LongObjectHashMap<>();
    }
    return Flux.fromIterable(all)
        .flatMapDelayError(destination -> destination.stop(drain), Integer.MAX_VALUE, 1)
        .then();
  }

  synchronized boolean addPeer(MemberId id, PeerUrls urls) {
    checkOther(id);
    Destination present = destinations.get(id.value());
    if (stopped || present instanceof HttpPeer) {
      return false;
    }
    if (present == null) {
      add(id, new HttpPeer(link(id, urls), clients, inbox, clock));
    } else {
      present.link().urls().update(urls);
      add(id, new HttpPeer(present, clients, inbox, clock));
    }
    log.info("{}: added peer {} at {}", config.id(), id, urls);
    return true;
  }

  synchronized boolean addRemote(MemberId id, PeerUrls urls) {
    checkOther(id);
    if (stopped || destinations.containsKey(id.value())) {
      return false;
    }
    add(id, new Destination(link(id, urls), clients));
    log.info("{}: added remote {} at {}", config.id(), id, urls);
    return true;
  }

  boolean update(MemberId id, PeerUrls urls) {
    HttpPeer peer = peer(id);
    if (peer == null) {
      return false;
    }
    peer.link().urls().update(urls);
    peer.wake();
    log.info("{}: updated peer {} to {}", config.id(), id, urls);
    return true;
  }

  synchronized boolean remove(MemberId id) {
    Destination destination = destinations.get(id.value());
    if (destination == null) {
      return false;
    }
    replace(id, null);
    end(destination);
    log.info("{}: removed peer {}", config.id(), id);
    return true;
  }

  synchronized void removeAll() {
    destinations.values().forEach(destination -> remove(destination.link().peer()));
  }

  synchronized void pauseAll(boolean pause) {
    paused = pause;
    destinations.values().forEach(destination -> destination.link().pause(pause));
  }

  void cut(MemberId id, boolean cut) {
    PeerLink link = link(id);
    if (link != null) {
      link.cut(cut);
    }
  }

  void removedMembers(Predicate<MemberId> removed) {
    this.removed = removed;
  }

  private void checkOther(MemberId id) {
    if (id.value() == 0 || id.equals(config.id())) {
      throw new IllegalArgumentException(
          "peer id: " + id + " (expected: another member's, neither 0 nor " + config.id() + ")");
    }
  }

  private PeerLink link(MemberId id, PeerUrls urls) {
    PeerRecorder recorder = config.recorder().peer(config.id(), id);
    PeerLink link = new PeerLink(config, id, urls, recorder, events);
    link.pause(paused);
    return link;
  }

  private void add(MemberId id, Destination destination) {
    replace(id, destination);
    if (started) {
      destination.start();
    }
  }

  private void replace(MemberId id, @Nullable Destination destination) {
    LongObjectMap<Destination> next = new LongObjectHashMap<>();
    next.putAll(destinations);
    if (destination == null) {
      next.remove(id.value());
    } else {
      next.put(id.value(), destination);
    }
    destinations = next;
  }

  private static void end(Destination destination) {
    destination
        .stop(Duration.ZERO)
        .subscribe(
            ignored -> {}, cause -> log.warn("ending {} failed", destination.link().peer(), cause));
  }

  // ---- look-ups -------------------------------------------------------------------------------

  @Nullable Destination destination(long id) {
    return destinations.get(id);
  }

  @Nullable HttpPeer peer(MemberId id) {
    return destinations.get(id.value()) instanceof HttpPeer peer ? peer : null;
  }

  Collection<HttpPeer> peers() {
    List<HttpPeer> peers = new ArrayList<>();
    for (Destination destination : destinations.values()) {
      if (destination instanceof HttpPeer peer) {
        peers.add(peer);
      }
    }
    return peers;
  }

  @Nullable StreamWriter writer(MemberId id, StreamType type) {
    HttpPeer peer = peer(id);
    return peer == null ? null : peer.writer(type);
  }

  @Override
  public boolean isRemoved(MemberId id) {
    return removed.test(id);
  }

  @Override
  public void learnRemote(MemberId id, String peerUrls) {
    if (destinations.containsKey(id.value())
        || id.equals(config.id())
        || id.value() == 0
        || destinations.size() - peers().size() >= config.limits().maxRemotes()) {
      return;
    }
    try {
      addRemote(id, PeerUrls.parse(peerUrls));
    } catch (IllegalArgumentException e) {
      log.warn("{}: {} is not remembered: {}", config.id(), id, e.getMessage());
    }
  }

  @Override
  public @Nullable PeerLink link(MemberId id) {
    Destination destination = destinations.get(id.value());
    return destination == null ? null : destination.link();
  }

  @Override
  public PeerRecorder strangers() {
    return strangers;
  }

  @Override
  public void seen(MemberId id) {
    Destination destination = destinations.get(id.value());
    if (destination != null) {
      destination.wake();
    }
  }
}
