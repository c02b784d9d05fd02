// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.meters;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.raftwire.TransportRecorder;
import io.raftwire.metrics.CertificateExpiryMetrics;
import io.raftwire.metrics.EtcdText;
import io.raftwire.metrics.MeterNames;
import io.raftwire.metrics.MicrometerRecorder;
import io.raftwire.metrics.PooledBufferMetrics;
import java.nio.file.Path;
import java.util.List;

/**
 * The meters of one member. Prometheus gets them in the vocabulary chosen; the page reads
 * Raftwire's whatever was chosen, because etcd's have no channels.
 */
public final class NodeMeters implements AutoCloseable {

  /** What {@link #text} is. */
  public static final String CONTENT_TYPE = EtcdText.CONTENT_TYPE;

  private final MeterNames names;
  private final PrometheusMeterRegistry scraped =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MeterRegistry read;
  private final TransportRecorder recorder;

  /** Meters in a vocabulary. */
  public NodeMeters(MeterNames names) {
    this.names = names;
    MicrometerRecorder chosen = MicrometerRecorder.builder(scraped).names(names).build();
    if (names == MeterNames.RAFTWIRE) {
      this.read = scraped;
      this.recorder = chosen;
    } else {
      this.read = new SimpleMeterRegistry();
      this.recorder = new BothRecorders(chosen, MicrometerRecorder.builder(read).build());
    }
    PooledBufferMetrics.ofDefaultAllocator().bindTo(scraped);
  }

  /** Also measures how long a certificate is valid, under a name. */
  public void certificate(String name, Path file) {
    CertificateExpiryMetrics.ofPem(name, file).bindTo(scraped);
  }

  /** What the transport tells. */
  public TransportRecorder recorder() {
    return recorder;
  }

  /** All meters there are, named as {@link io.raftwire.metrics.RaftwireMeter} says. */
  public List<Meter> all() {
    return read.getMeters();
  }

  /** The meters as Prometheus reads them. May look at a file, so it blocks. */
  public String text() {
    return names == MeterNames.ETCD ? EtcdText.of(scraped.scrape()) : scraped.scrape();
  }

  @Override
  public void close() {
    read.close();
    scraped.close();
  }
}
