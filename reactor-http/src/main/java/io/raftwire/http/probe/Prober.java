// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import io.raftwire.PeerChannel;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.Timeouts;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.LateErrors;
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
import reactor.core.publisher.Mono;

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
    running.add(new Probes(PeerChannel.MESSAGE).start());
    running.add(new Probes(PeerChannel.PIPELINE).start());
  }

  /** Probes no more. */
  public void stop() {
    running.dispose();
  }

  /** The probes beside one channel, over a connection that is kept. */
  private final class Probes {

    private final PeerChannel over;
    private final Timeouts timeouts = link.config().timeouts();
    private final Disposable.Swap connected = Disposables.swap();

    Probes(PeerChannel over) {
      this.over = over;
    }

    Disposable start() {
      Duration interval = timeouts.probeInterval();
      Duration first =
          Duration.ofNanos(ThreadLocalRandom.current().nextLong(interval.toNanos() / 4 + 1));
      Disposable probing =
          Flux.interval(first, interval)
              .onBackpressureDrop()
              .concatMap(
                  tick ->
                      probe()
                          .timeout(timeouts.dial().plus(timeouts.handshake()))
                          .onErrorResume(cause -> failed(over, cause)),
                  1)
              .contextWrite(LateErrors.context())
              .subscribe();
      return Disposables.composite(probing, connected);
    }

    private Mono<Void> probe() {
      return Mono.defer(
          () -> {
            if (link.isCut()) {
              return Mono.empty();
            }
            Instant beganAt = clock.instant();
            long beganNanos = System.nanoTime();
            return connection(link.urls().pick())
                .flatMap(ProbeConnection::ask)
                .flatMap(
                    text -> {
                      Duration roundTrip = Duration.ofNanos(System.nanoTime() - beganNanos);
                      return answered(over, text, beganAt, roundTrip);
                    });
          });
    }

    private Mono<ProbeConnection> connection(URI url) {
      // The peer closes what is idle for long; this end does so first.
      if (connected.get() instanceof ProbeConnection kept
          && kept.isUsableFor(url)
          && !kept.idleFor(timeouts.idleConnection().dividedBy(2))) {
        return Mono.just(kept);
      }
      return clients
          .connect(url)
          .map(
              dialled -> {
                ProbeConnection made =
                    ProbeConnection.over(dialled, url, link.config().limits().maxHeaderBytes());
                connected.update(made);
                return made;
              });
    }
  }

  private Mono<Void> answered(PeerChannel over, String text, Instant beganAt, Duration roundTrip) {
    Health health;
    try {
      health = Health.parse(text);
    } catch (IOException e) {
      return Mono.error(e);
    }
    link.liveness().seen();
    Duration difference = Duration.between(beganAt.plus(roundTrip.dividedBy(2)), health.now());
    link.recorder().probed(over, roundTrip, difference);
    if (difference.abs().compareTo(link.config().timeouts().clockDriftWarning()) > 0) {
      reportDrift(difference, roundTrip);
    }
    return Mono.empty();
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

  private Mono<Void> failed(PeerChannel over, Throwable cause) {
    link.recorder().probeFailed(over);
    log.debug(
        "{}: probe of {} over {} failed: {}",
        link.local(),
        link.peer(),
        over.label(),
        cause.toString());
    return Mono.empty();
  }
}
