// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.raftwire.LinkFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The transfers of snapshots to or from a peer; any thread. */
@SuppressWarnings("EnumOrdinal") // indices of arrays that nobody stores
final class SnapshotMeters {

  private final Counter bytes;
  private final Timer duration;
  private final LazyTable<Counter> failures;

  // Guarded by this: the progress begins anew when the first of some transfers does.
  private int inflight;
  private long movedBytes;

  SnapshotMeters(MeterSet meters, Tag peer, Tag direction) {
    this.bytes = meters.counter(RaftwireMeter.SNAPSHOT_BYTES, peer, direction);
    this.duration = meters.timer(RaftwireMeter.SNAPSHOT_DURATION, peer, direction);
    this.failures =
        new LazyTable<>(
            LinkFailure.Reason.values().length,
            index ->
                meters.counter(
                    RaftwireMeter.SNAPSHOT_FAILURES,
                    peer,
                    direction,
                    RaftwirePeerRecorder.tag(LinkFailure.Reason.values()[index])));
    meters.gauge(RaftwireMeter.SNAPSHOT_INFLIGHT, this::inflight, peer, direction);
    meters.gauge(RaftwireMeter.SNAPSHOT_PROGRESS, this::movedBytes, peer, direction);
  }

  synchronized void started() {
    inflight++;
  }

  void moved(long bytes) {
    synchronized (this) {
      movedBytes += bytes;
    }
    this.bytes.increment((double) bytes);
  }

  void ended(Duration took, LinkFailure.@Nullable Reason failure) {
    synchronized (this) {
      inflight--;
      if (inflight == 0) {
        movedBytes = 0;
      }
    }
    if (failure == null) {
      duration.record(took);
    } else {
      failures.get(failure.ordinal()).increment();
    }
  }

  private synchronized int inflight() {
    return inflight;
  }

  private synchronized long movedBytes() {
    return movedBytes;
  }
}
