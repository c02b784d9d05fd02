// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** What is of no peer: stalls of the fluxes of received messages, and certificates. Any thread. */
interface TransportMeters {

  /** For a vocabulary without them. */
  TransportMeters NONE = new TransportMeters() {};

  /** In Raftwire's vocabulary. */
  static TransportMeters in(MeterSet meters) {
    return new Registered(meters);
  }

  default void stallBegan() {}

  default void stallEnded(Duration stall) {}

  default void certificatesReloaded() {}

  default void certificateReloadFailed() {}

  /** Registers all of them at once, so that they are there before anything happens. */
  final class Registered implements TransportMeters {

    private final AtomicInteger stalled = new AtomicInteger();
    private final Timer stalls;
    private final Counter reloads;
    private final Counter failedReloads;

    Registered(MeterSet meters) {
      meters.gauge(RaftwireMeter.INBOUND_STALLED, stalled::get);
      this.stalls = meters.timer(RaftwireMeter.INBOUND_STALLS);
      this.reloads = reloads(meters, "success");
      this.failedReloads = reloads(meters, "failure");
    }

    private static Counter reloads(MeterSet meters, String outcome) {
      return meters.counter(
          RaftwireMeter.CERTIFICATE_RELOADS, Tag.of(RaftwireTag.OUTCOME.asString(), outcome));
    }

    @Override
    public void stallBegan() {
      stalled.incrementAndGet();
    }

    @Override
    public void stallEnded(Duration stall) {
      stalled.decrementAndGet();
      stalls.record(stall);
    }

    @Override
    public void certificatesReloaded() {
      reloads.increment();
    }

    @Override
    public void certificateReloadFailed() {
      failedReloads.increment();
    }
  }
}
