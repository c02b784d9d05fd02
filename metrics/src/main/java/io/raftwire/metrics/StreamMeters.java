// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.raftwire.LinkFailure;
import java.time.Duration;

/** The streams of one channel of a peer, one way; any thread. */
@SuppressWarnings("EnumOrdinal") // indices of arrays that nobody stores
final class StreamMeters {

  private final Counter opened;
  private final LazyTable<Counter> closed;
  private final Timer lifetime;

  // Guarded by this. A stream may open before the one it replaces is closed.
  private int open;
  private long openedNanos;

  StreamMeters(MeterSet meters, Tag peer, Tag channel, Tag direction) {
    this.opened = meters.counter(RaftwireMeter.OPENED_STREAMS, peer, channel, direction);
    this.closed =
        new LazyTable<>(
            LinkFailure.Reason.values().length,
            index ->
                meters.counter(
                    RaftwireMeter.CLOSED_STREAMS,
                    peer,
                    channel,
                    direction,
                    RaftwirePeerRecorder.tag(LinkFailure.Reason.values()[index])));
    this.lifetime = meters.timer(RaftwireMeter.STREAM_LIFETIME, peer, channel, direction);
    meters.timeGauge(RaftwireMeter.STREAM_AGE, this::ageNanos, peer, channel, direction);
  }

  void opened() {
    synchronized (this) {
      open++;
      openedNanos = System.nanoTime();
    }
    opened.increment();
  }

  void closed(LinkFailure.Reason reason, Duration age) {
    synchronized (this) {
      open--;
    }
    closed.get(reason.ordinal()).increment();
    lifetime.record(age);
  }

  private synchronized long ageNanos() {
    return open > 0 ? System.nanoTime() - openedNanos : 0;
  }
}
