// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Stalls of the fluxes of received messages; any thread. */
final class InboundMeters {

  private static final InboundMeters NONE = new InboundMeters(null);

  private final @Nullable Timer stalls;
  private final AtomicInteger stalled = new AtomicInteger();

  private InboundMeters(@Nullable Timer stalls) {
    this.stalls = stalls;
  }

  static InboundMeters none() {
    return NONE;
  }

  static InboundMeters in(MeterSet meters) {
    InboundMeters inbound = new InboundMeters(meters.timer(RaftwireMeter.INBOUND_STALLS));
    meters.gauge(RaftwireMeter.INBOUND_STALLED, inbound.stalled::get);
    return inbound;
  }

  void stallBegan() {
    stalled.incrementAndGet();
  }

  void stallEnded(Duration stall) {
    stalled.decrementAndGet();
    if (stalls != null) {
      stalls.record(stall);
    }
  }
}
