// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import io.netty.buffer.ByteBuf;
import io.raftwire.ClusterId;
import io.raftwire.Delivery;
import io.raftwire.MemberId;
import io.raftwire.Peer;
import io.raftwire.PeerUrls;
import io.raftwire.RaftTransport;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.TransportStoppedException;
import io.raftwire.UnknownPeerException;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.EventBus;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.peer.Destination;
import io.raftwire.http.snapshot.SnapshotSender;
import io.raftwire.raftpb.Message;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.resources.LoopResources;

/**
 * A {@link RaftTransport} that speaks etcd's peer protocol (rafthttp) over HTTP/1.1.
 *
 * <pre>{@code
 * RaftHttpTransport transport =
 *     RaftHttpTransport.create(
 *         RaftHttpConfig.builder(MemberId.of(1), ClusterId.of(0x1000))
 *             .listenUrls(PeerUrls.of("http://127.0.0.1:2380"))
 *             .build());
 * }</pre>
 */
public final class RaftHttpTransport implements RaftTransport {

  private static final Logger log = LoggerFactory.getLogger(RaftHttpTransport.class);

  private enum State {
    NEW,
    RUNNING,
    STOPPED
  }

  private final RaftHttpConfig config;
  private final LoopResources loops;
  private final boolean ownLoops;
  private final HttpClients clients;
  private final EventBus events = new EventBus();
  private final Inbox inbox;
  private final Members members;
  private final Router router;
  private final Listeners listeners;
  private final CertificateReload certificates;
  private final AtomicReference<State> state = new AtomicReference<>(State.NEW);
  private final Mono<Void> start;
  private final Mono<Void> stop;

  private RaftHttpTransport(RaftHttpConfig config) {
    this.config = config;
    LoopResources given = config.loopResources();
    this.ownLoops = given == null;
    this.loops =
        given == null
            ? LoopResources.create("raftwire-" + config.id(), defaultLoops(), true)
            : given;
    this.clients = new HttpClients(config, loops);
    this.inbox = Inbox.create(config.limits(), config.recorder());
    this.members = new Members(config, clients, inbox, events, Clock.systemUTC());
    this.router = new Router(config, members, inbox, Clock.systemUTC());
    this.listeners = new Listeners(config, loops, router);
    this.certificates = new CertificateReload(config);
    this.start = Mono.defer(this::startOnce).cache();
    this.stop = Mono.defer(this::stopOnce).cache();
  }

  // Half of the processors, since raft and its disk need some too. On a small machine that is one
  // loop, where an answer to a message leaves without changing threads.
  private static int defaultLoops() {
    return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
  }

  /** A transport that is not started; it opens nothing. */
  public static RaftHttpTransport create(RaftHttpConfig config) {
    return new RaftHttpTransport(config);
  }

  /** What it was made from. */
  public RaftHttpConfig config() {
    return config;
  }

  /**
   * Mounts the peer endpoints, everything below {@code /raft}, on a server the application has
   * already; it must speak HTTP/1.1. The limits and deadlines of connections are that server's.
   */
  public Consumer<HttpServerRoutes> routes() {
    return routes -> routes.route(request -> Router.isPeerPath(request.fullPath()), router::handle);
  }

  /** The peer endpoints as one handler; paths that are not theirs are answered 404. */
  public BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> handler() {
    return router::handle;
  }

  @Override
  public MemberId id() {
    return config.id();
  }

  @Override
  public ClusterId clusterId() {
    return config.clusterId();
  }

  // ---- lifecycle ------------------------------------------------------------------------------

  @Override
  public Mono<Void> start() {
    return start;
  }

  @Override
  public Mono<Void> stop() {
    return stop;
  }

  private Mono<Void> startOnce() {
    if (!state.compareAndSet(State.NEW, State.RUNNING)) {
      return Mono.error(new TransportStoppedException("start"));
    }
    return listeners
        .bind()
        .doOnSuccess(
            ignored -> {
              log.info(
                  "{}: started in cluster {}, listening on {}, advertising {}",
                  config.id(),
                  config.clusterId(),
                  config.listenUrls(),
                  config.advertisedUrls());
              certificates.start();
              members.start();
            })
        .onErrorResume(cause -> stop.then(Mono.error(cause)));
  }

  private Mono<Void> stopOnce() {
    State before = state.getAndSet(State.STOPPED);
    certificates.stop();
    Duration drain = before == State.RUNNING ? config.timeouts().drain() : Duration.ZERO;
    return members
        .stop(drain)
        .then(listeners.close())
        .then(clients.close())
        .then(Mono.fromRunnable(inbox::complete))
        .then(ownLoops ? loops.disposeLater(Duration.ZERO, DISPOSE_TIMEOUT) : Mono.empty())
        .then(
            Mono.fromRunnable(
                () -> {
                  events.complete();
                  log.info("{}: stopped", config.id());
                }));
  }

  private static final Duration DISPOSE_TIMEOUT = Duration.ofSeconds(5);

  // ---- messages -------------------------------------------------------------------------------

  @Override
  public Flux<Message> inbound() {
    return inbox.messages().messages();
  }

  @Override
  public Flux<Delivery> inboundDeliveries() {
    return inbox.messages().deliveries();
  }

  @Override
  public Flux<Message> proposals() {
    return inbox.proposals().messages();
  }

  @Override
  public Flux<Delivery> proposalDeliveries() {
    return inbox.proposals().deliveries();
  }

  @Override
  public Flux<TransportEvent> events() {
    return events.events();
  }

  @Override
  public SendOutcome send(Message message) {
    if (state.get() != State.RUNNING) {
      return SendOutcome.STOPPED;
    }
    Destination destination = members.destination(message.getTo());
    return destination == null ? SendOutcome.UNKNOWN_PEER : destination.offer(message);
  }

  @Override
  public Mono<Void> sendSnapshot(Message snapshot, Publisher<ByteBuf> body) {
    return toDestination(snapshot, destination -> destination.sendSnapshot(snapshot, body));
  }

  @Override
  public Mono<Void> sendSnapshot(Message snapshot, Path body) {
    return toDestination(snapshot, destination -> destination.sendSnapshot(snapshot, body));
  }

  private Mono<Void> toDestination(Message snapshot, Function<Destination, Mono<Void>> transfer) {
    return Mono.defer(
        () -> {
          IllegalArgumentException notSnapshot = SnapshotSender.notSnapshot(snapshot);
          if (notSnapshot != null) {
            return Mono.error(notSnapshot);
          }
          if (state.get() != State.RUNNING) {
            return Mono.error(new TransportStoppedException("send a snapshot"));
          }
          Destination destination = members.destination(snapshot.getTo());
          return destination == null
              ? Mono.error(new UnknownPeerException(MemberId.of(snapshot.getTo())))
              : transfer.apply(destination);
        });
  }

  // ---- membership -----------------------------------------------------------------------------

  @Override
  public boolean addPeer(MemberId id, PeerUrls urls) {
    return members.addPeer(id, urls);
  }

  @Override
  public boolean addRemote(MemberId id, PeerUrls urls) {
    return members.addRemote(id, urls);
  }

  @Override
  public boolean updatePeer(MemberId id, PeerUrls urls) {
    return members.update(id, urls);
  }

  @Override
  public boolean removePeer(MemberId id) {
    return members.remove(id);
  }

  @Override
  public void removeAllPeers() {
    members.removeAll();
  }

  @Override
  public Peer peer(MemberId id) {
    Peer peer = members.peer(id);
    if (peer == null) {
      throw new UnknownPeerException(id);
    }
    return peer;
  }

  @Override
  public Collection<Peer> peers() {
    return List.copyOf(members.peers());
  }

  @Override
  public Optional<Instant> activeSince(MemberId id) {
    Peer peer = members.peer(id);
    return peer == null ? Optional.empty() : peer.activeSince();
  }

  @Override
  public int activePeers() {
    return (int) members.peers().stream().filter(peer -> peer.activeSince().isPresent()).count();
  }

  @Override
  public void removedMembers(Predicate<MemberId> removed) {
    members.removedMembers(removed);
  }

  @Override
  public void pause() {
    members.pauseAll(true);
  }

  @Override
  public void resume() {
    members.pauseAll(false);
  }

  @Override
  public void cut(MemberId id) {
    members.cut(id, true);
  }

  @Override
  public void mend(MemberId id) {
    members.cut(id, false);
  }
}
