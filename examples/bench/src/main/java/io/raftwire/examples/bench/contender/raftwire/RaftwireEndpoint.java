// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.raftwire;

import io.raftwire.DirectorySnapshotStore;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import io.raftwire.RaftwireException;
import io.raftwire.SendOutcome;
import io.raftwire.TransportRecorder;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Faults;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.SnapshotSender;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.netty.resources.LoopResources;

/** A started transport. */
public final class RaftwireEndpoint implements Endpoint, SnapshotSender {

  /** How long streams must have been open before they count as attached. */
  private static final Duration SETTLE_TIME = Duration.ofMillis(100);

  private static final long STEP_MILLIS = 10;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final Link link;
  private final Faults faults = new Faults();
  private final Watches watches;
  private final RaftHttpTransport transport;

  private boolean byStreams;

  /**
   * A transport that is not started.
   *
   * @param recorder what an application would give it
   * @param loops the event loops of all transports of this process; null for the transport's own
   */
  public RaftwireEndpoint(Link link, TransportRecorder recorder, @Nullable LoopResources loops) {
    this.link = link;
    this.watches = new Watches(recorder);
    RaftHttpConfig.Builder config =
        RaftHttpConfig.builder(link.id(), link.clusterId())
            .listenUrls(link.listen())
            .recorder(watches);
    Link.Tls tls = link.tls();
    if (tls != null) {
      config.tls(
          PeerTls.fromPem(tls.certificate(), tls.key())
              .trustedCa(tls.trustedCa())
              .clientAuth(true)
              .build());
    }
    if (loops != null) {
      config.loopResources(loops);
    }
    Path directory = link.directory();
    if (directory != null) {
      config.snapshotStore(store(directory));
    }
    this.transport = RaftHttpTransport.create(config.build());
  }

  @Override
  public void start(Consumer<Message> receive) {
    start(() -> transport.inbound().subscribe(receive));
  }

  /** Listens, with a subscriber that never asks for a message. */
  public void startStuck() {
    start(
        () ->
            transport
                .inbound()
                .subscribe(
                    new BaseSubscriber<Message>() {
                      @Override
                      protected void hookOnSubscribe(Subscription subscription) {
                        // Requests nothing.
                      }
                    }));
  }

  private void start(Runnable subscribe) {
    subscribe.run();
    try {
      transport.start().block();
    } catch (RaftwireException e) {
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public void connect(Work work) {
    byStreams = work != Work.pipeline;
    for (Link.Other other : link.others()) {
      if (byStreams) {
        transport.addPeer(other.id(), other.url());
      } else {
        transport.addRemote(other.id(), other.url());
      }
    }
  }

  @Override
  public void awaitConnected() throws InterruptedException {
    long deadline = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
    long attachedNanos = System.nanoTime();
    while (byStreams && System.nanoTime() - attachedNanos < SETTLE_TIME.toNanos()) {
      Thread.sleep(STEP_MILLIS);
      Link.Other missing = missing();
      if (missing != null) {
        attachedNanos = System.nanoTime();
        if (System.nanoTime() > deadline) {
          throw new BenchException(
              "peer "
                  + missing.id()
                  + " at "
                  + missing.url()
                  + " has not opened both streams within "
                  + CONNECT_TIMEOUT.toSeconds()
                  + " s: "
                  + watches.of(missing.id()));
        }
      }
    }
  }

  @Override
  public boolean send(Message message) {
    SendOutcome outcome = transport.send(message);
    if (outcome.queued()) {
      return true;
    }
    if (link.stuck() == 0 || !link.isStuck(MemberId.of(message.getTo()))) {
      faults.fatal("a " + message.getType() + " was not taken (" + outcome + ")");
    }
    return false;
  }

  @Override
  public void sendSnapshot(Message snapshot, Path body) {
    try {
      transport.sendSnapshot(snapshot, body).block();
    } catch (RaftwireException e) {
      throw new BenchException("the snapshot did not arrive: " + e.getMessage(), e);
    }
  }

  @Override
  public long disturbances() {
    return faults.disturbances();
  }

  @Override
  public void requireSound() {
    faults.requireNone();
  }

  @Override
  public void close() {
    transport.stop().block(STOP_TIMEOUT);
  }

  private Link.@Nullable Other missing() {
    for (Link.Other other : link.others()) {
      if (!watches.of(other.id()).attached()) {
        return other;
      }
    }
    return null;
  }

  private static DirectorySnapshotStore store(Path directory) {
    try {
      return DirectorySnapshotStore.open(directory);
    } catch (IOException e) {
      throw new BenchException("cannot use " + directory + ": " + e.getMessage(), e);
    }
  }

  /** A watch for each peer, before what the application records. */
  private final class Watches implements TransportRecorder {

    private final TransportRecorder next;
    private final Map<MemberId, LinkWatch> byPeer = new ConcurrentHashMap<>();

    Watches(TransportRecorder next) {
      this.next = next;
    }

    LinkWatch of(MemberId peer) {
      LinkWatch watch = byPeer.get(peer);
      if (watch == null) {
        throw new IllegalStateException("no peer " + peer);
      }
      return watch;
    }

    @Override
    public PeerRecorder peer(MemberId local, MemberId peer) {
      // What happens to somebody who does not read is counted where nobody looks.
      Faults where = link.isStuck(peer) ? new Faults() : faults;
      LinkWatch watch = new LinkWatch(next.peer(local, peer), where);
      byPeer.put(peer, watch);
      return watch;
    }

    @Override
    public PeerRecorder strangers(MemberId local) {
      return next.strangers(local);
    }

    @Override
    public void inboundStallBegan() {
      next.inboundStallBegan();
    }

    @Override
    public void inboundStalled(Duration stall) {
      next.inboundStalled(stall);
    }

    @Override
    public void certificatesReloaded() {
      next.certificatesReloaded();
    }

    @Override
    public void certificateReloadFailed() {
      next.certificateReloadFailed();
    }
  }
}
