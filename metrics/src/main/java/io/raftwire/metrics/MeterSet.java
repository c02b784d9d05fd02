// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one peer, or of the transport itself: registered one by one, removed together. What
 * is asked for after the removal records nothing and never reaches the registry. Any thread.
 */
final class MeterSet implements AutoCloseable {

  private final MeterRegistry registry;
  private final Tags common;

  // Guarded by this, the flag included: a meter is either removed by close or never registered.
  private final List<Meter> meters = new ArrayList<>();
  // A function counter refers to what it reads weakly only, so the set has to keep it.
  private final List<Supplier<Number>> sources = new ArrayList<>();
  private boolean closed;

  /** A set without meters; each of them will have the common tags beside its own. */
  MeterSet(MeterRegistry registry, Tags common) {
    this.registry = registry;
    this.common = common;
  }

  synchronized Counter counter(DocumentedMeter meter, Tag... tags) {
    if (closed) {
      return new NoopCounter(id(meter, tags));
    }
    return added(
        Counter.builder(meter.getName())
            .baseUnit(unit(meter))
            .description(meter.meaning())
            .tags(tags(tags))
            .register(registry));
  }

  synchronized Timer timer(DocumentedMeter meter, Tag... tags) {
    if (closed) {
      return new NoopTimer(id(meter, tags));
    }
    Timer.Builder builder =
        Timer.builder(meter.getName()).description(meter.meaning()).tags(tags(tags));
    if (!meter.buckets().isEmpty()) {
      builder.serviceLevelObjectives(meter.buckets().toArray(Duration[]::new));
    }
    return added(builder.register(registry));
  }

  /** A gauge in the meter's base unit; the set keeps what the value comes from. */
  synchronized void gauge(DocumentedMeter meter, Supplier<Number> value, Tag... tags) {
    if (!closed) {
      added(
          Gauge.builder(meter.getName(), value)
              .baseUnit(unit(meter))
              .description(meter.meaning())
              .tags(tags(tags))
              .strongReference(true)
              .register(registry));
    }
  }

  /** A gauge of a time, which the registry shows in its own unit. */
  synchronized void timeGauge(DocumentedMeter meter, Supplier<Number> nanos, Tag... tags) {
    if (!closed) {
      added(
          TimeGauge.builder(meter.getName(), nanos, TimeUnit.NANOSECONDS)
              .description(meter.meaning())
              .tags(tags(tags))
              .strongReference(true)
              .register(registry));
    }
  }

  /** A counter whose value is read when somebody looks. */
  synchronized void functionCounter(DocumentedMeter meter, Supplier<Number> value, Tag... tags) {
    if (!closed) {
      sources.add(value);
      added(
          FunctionCounter.builder(meter.getName(), value, from -> from.get().doubleValue())
              .baseUnit(unit(meter))
              .description(meter.meaning())
              .tags(tags(tags))
              .register(registry));
    }
  }

  /** Removes all meters; whoever holds one may go on recording, unseen. */
  @Override
  public synchronized void close() {
    closed = true;
    meters.forEach(registry::remove);
    meters.clear();
    sources.clear();
  }

  private <M extends Meter> M added(M meter) {
    meters.add(meter);
    return meter;
  }

  private Tags tags(Tag... tags) {
    return common.and(tags);
  }

  private Meter.Id id(DocumentedMeter meter, Tag... tags) {
    return new Meter.Id(meter.getName(), tags(tags), unit(meter), meter.meaning(), meter.getType());
  }

  private static @Nullable String unit(DocumentedMeter meter) {
    String unit = meter.getBaseUnit();
    return unit == null || unit.isEmpty() ? null : unit;
  }
}
