/**
 * Meters of a Raftwire transport for Micrometer: a {@link io.raftwire.metrics.MicrometerRecorder
 * recorder}, in one of two vocabularies, each of them one documented enum. The table of all meters,
 * a Grafana dashboard and Prometheus alert rules are resources of this module, in {@code
 * META-INF/raftwire}.
 */
@NullMarked
package io.raftwire.metrics;

import org.jspecify.annotations.NullMarked;
