// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The memory that Netty's buffers take, as {@link RaftwireMeter#BUFFER_MEMORY}. It belongs to the
 * process, not to a transport, so one is enough however many transports there are.
 *
 * <pre>{@code
 * PooledBufferMetrics.ofDefaultAllocator().bindTo(registry);
 * }</pre>
 */
public final class PooledBufferMetrics implements MeterBinder {

  private final ByteBufAllocatorMetric memory;

  private PooledBufferMetrics(ByteBufAllocatorMetric memory) {
    this.memory = memory;
  }

  /** The memory of the allocator that transports use unless they are given another. */
  public static PooledBufferMetrics ofDefaultAllocator() {
    return of(PooledByteBufAllocator.DEFAULT);
  }

  /**
   * The memory of an allocator.
   *
   * @throws IllegalArgumentException if it keeps no figures
   */
  public static PooledBufferMetrics of(ByteBufAllocator allocator) {
    if (allocator instanceof ByteBufAllocatorMetricProvider provider) {
      return new PooledBufferMetrics(provider.metric());
    }
    throw new IllegalArgumentException(
        "allocator: " + allocator + " (expected: one that is a ByteBufAllocatorMetricProvider)");
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    gauge(registry, "heap", ByteBufAllocatorMetric::usedHeapMemory);
    gauge(registry, "direct", ByteBufAllocatorMetric::usedDirectMemory);
  }

  private void gauge(
      MeterRegistry registry, String kind, ToDoubleFunction<ByteBufAllocatorMetric> bytes) {
    RaftwireMeter meter = RaftwireMeter.BUFFER_MEMORY;
    Gauge.builder(meter.getName(), memory, bytes)
        .baseUnit(meter.getBaseUnit())
        .description(meter.meaning())
        .tags(List.of(Tag.of(RaftwireTag.MEMORY.asString(), kind)))
        .strongReference(true)
        .register(registry);
  }
}
