// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import io.raftwire.PeerChannel;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.Timeouts;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.LateSignals;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.link.RateGate;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.netty.Connection;

/**
 * Probes one peer every few seconds, over a connection beside its streams and one beside its
 * pipeline, for the round trip and the difference of the clocks. An answer is a sign of life.
 */
public final class Prober {

  private static final Logger log = LoggerFactory.getLogger(Prober.class);

  static final String PATH = "/raft/probing";

  // Raft needs no clocks: once in a while is enough to tell.
  private static final Duration DRIFT_REPORT_INTERVAL = Duration.ofSeconds(30);

  private final PeerLink link;
  private final HttpClients clients;
  private final Clock clock;
  private final Disposable.Composite running = Disposables.composite();
  private final RateGate driftGate = new RateGate(DRIFT_REPORT_INTERVAL);

  /** A prober that does not probe yet. */
  public Prober(PeerLink link, HttpClients clients, Clock clock) {
    this.link = link;
    this.clients = clients;
    this.clock = clock;
  }

  /** Begins to probe. */
  public void start() {
    Probes messages = new Probes(PeerChannel.MESSAGE);
    Probes posts = new Probes(PeerChannel.PIPELINE);
    Duration interval = link.config().timeouts().probeInterval();
    Duration first =
        Duration.ofNanos(ThreadLocalRandom.current().nextLong(interval.toNanos() / 4 + 1));
    // Both at once: what one has brought into the processor's caches helps the other.
    running.add(
        Flux.interval(first, interval)
            .onBackpressureDrop()
            .subscribe(
                tick -> {
                  messages.probe();
                  posts.probe();
                }));
  }

  /** Probes no more. */
  public void stop() {
    running.dispose();
  }

  /** The probes beside one channel, one at a time, over a connection that is kept. */
  private final class Probes implements ProbeConnection.Listener {

    private final PeerChannel over;
    private final Timeouts timeouts = link.config().timeouts();
    private final Duration maxIdle = timeouts.idleConnection().dividedBy(2);
    private final long patienceNanos = timeouts.dial().plus(timeouts.handshake()).toNanos();
    private final Disposable.Swap dialling = Disposables.swap();
    private final Disposable.Swap connected = Disposables.swap();

    // Written before a probe begins, on the timer's thread.
    private Instant beganAt = Instant.EPOCH;
    private long beganNanos;
    private volatile boolean underWay;

    Probes(PeerChannel over) {
      this.over = over;
      running.add(dialling);
      running.add(connected);
    }

    /** Begins a probe, unless one is under way; that one is given up if it takes too long. */
    void probe() {
      if (underWay) {
        giveUpIfLate();
      } else if (!link.isCut()) {
        beganAt = clock.instant();
        beganNanos = System.nanoTime();
        underWay = true;
        try {
          ask(link.urls().pick());
        } catch (RuntimeException e) {
          failed(e); // and the next one goes on
        }
      }
    }

    private void ask(URI url) {
      if (connected.get() instanceof ProbeConnection kept && isUsable(kept, url)) {
        kept.ask();
      } else {
        dial(url);
      }
    }

    private boolean isUsable(ProbeConnection kept, URI url) {
      // The peer closes what is idle for long; this end does so first.
      return kept.isUsableFor(url) && !kept.idleFor(maxIdle);
    }

    private void dial(URI url) {
      dialling.update(
          clients
              .connect(url)
              .timeout(Duration.ofNanos(patienceNanos))
              .subscribe(made -> dialled(made, url), this::failed, null, LateSignals.context()));
    }

    private void dialled(Connection connection, URI url) {
      int maxHeaderBytes = link.config().limits().maxHeaderBytes();
      ProbeConnection made = ProbeConnection.over(connection, url, maxHeaderBytes, this);
      connected.update(made);
      made.ask();
    }

    // To dial has a time-out of its own.
    private void giveUpIfLate() {
      if (System.nanoTime() - beganNanos > patienceNanos
          && connected.get() instanceof ProbeConnection silent) {
        silent.giveUp(new IOException("no answer within " + patienceNanos / 1_000_000 + " ms"));
      }
    }

    @Override
    public void answered(String text) {
      Duration roundTrip = Duration.ofNanos(System.nanoTime() - beganNanos);
      Health health;
      try {
        health = Health.parse(text);
      } catch (IOException e) {
        failed(e);
        return;
      }
      if (!health.ok()) {
        failed(new IOException("the peer says that it is not well"));
        return;
      }
      Instant began = beganAt;
      underWay = false;
      if (!running.isDisposed()) {
        measured(over, health.now(), began, roundTrip);
      }
    }

    @Override
    public void failed(Throwable cause) {
      underWay = false;
      if (!running.isDisposed()) {
        Prober.this.failed(over, cause);
      }
    }
  }

  private void measured(PeerChannel over, Instant peerNow, Instant beganAt, Duration roundTrip) {
    link.liveness().seen();
    Duration difference = Duration.between(beganAt.plusNanos(roundTrip.toNanos() / 2), peerNow);
    link.recorder().probed(over, roundTrip, difference);
    if (difference.abs().compareTo(link.config().timeouts().clockDriftWarning()) > 0) {
      reportDrift(difference, roundTrip);
    }
  }

  private void reportDrift(Duration difference, Duration roundTrip) {
    if (driftGate.pass()) {
      log.info(
          "{}: the clock of peer {} differs by {} (round trip {})",
          link.local(),
          link.peer(),
          difference,
          roundTrip);
      link.publish(new TransportEvent.ClockDrift(link.peer(), difference, roundTrip));
    }
  }

  private void failed(PeerChannel over, Throwable cause) {
    link.recorder().probeFailed(over);
    log.debug(
        "{}: probe of {} over {} failed: {}",
        link.local(),
        link.peer(),
        over.label(),
        cause.toString());
  }
}
