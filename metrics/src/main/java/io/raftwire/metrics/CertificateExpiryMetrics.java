// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How long a certificate is still valid, as {@link RaftwireMeter#CERTIFICATE_EXPIRY}.
 *
 * <pre>{@code
 * CertificateExpiryMetrics.ofPem("peer", Path.of("peer.pem")).bindTo(registry);
 * }</pre>
 */
public final class CertificateExpiryMetrics implements MeterBinder {

  private final String name;
  private final Supplier<? extends @Nullable Instant> notAfter;
  private final Clock clock;

  private CertificateExpiryMetrics(
      String name, Supplier<? extends @Nullable Instant> notAfter, Clock clock) {
    this.name = Objects.requireNonNull(name, "name");
    this.notAfter = Objects.requireNonNull(notAfter, "notAfter");
    this.clock = clock;
  }

  /**
   * The certificates of a PEM file, of which the first to expire counts. The file is looked at
   * whenever the meter is read and parsed again when it has changed, so that a renewed certificate
   * shows; while it cannot be read, what it said last stands. Reading blocks: scrape on a thread
   * that may.
   *
   * @param name the value of the tag {@code certificate}
   */
  public static CertificateExpiryMetrics ofPem(String name, Path file) {
    return new CertificateExpiryMetrics(name, new PemFile(file), Clock.systemUTC());
  }

  /**
   * A certificate that the application knows.
   *
   * @param name the value of the tag {@code certificate}
   * @param notAfter when it expires; asked whenever the meter is read, by any thread
   */
  public static CertificateExpiryMetrics of(String name, Supplier<Instant> notAfter) {
    return of(name, notAfter, Clock.systemUTC());
  }

  /** With a clock of one's own. */
  static CertificateExpiryMetrics of(String name, Supplier<Instant> notAfter, Clock clock) {
    return new CertificateExpiryMetrics(name, notAfter, clock);
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    RaftwireMeter meter = RaftwireMeter.CERTIFICATE_EXPIRY;
    TimeGauge.builder(meter.getName(), this::remainingSeconds, TimeUnit.SECONDS)
        .description(meter.meaning())
        .tags(List.of(Tag.of(RaftwireTag.CERTIFICATE.asString(), name)))
        .strongReference(true)
        .register(registry);
  }

  private double remainingSeconds() {
    Instant end = notAfter.get();
    return end == null ? Double.NaN : Duration.between(clock.instant(), end).toSeconds();
  }

  /** The first expiry in a file, parsed once for each version of it. */
  private static final class PemFile implements Supplier<@Nullable Instant> {

    private final Path file;

    // Guarded by this.
    private @Nullable FileTime modified;
    private @Nullable Instant firstExpiry;

    PemFile(Path file) {
      this.file = Objects.requireNonNull(file, "file");
    }

    @Override
    public synchronized @Nullable Instant get() {
      try {
        FileTime now = Files.getLastModifiedTime(file);
        if (!now.equals(modified)) {
          firstExpiry = firstExpiry(file);
          modified = now;
        }
      } catch (IOException | CertificateException e) {
        // It may be half written. The last value stands and the next look tries again; an operator
        // sees that in time, because the value goes on falling.
        modified = null;
      }
      return firstExpiry;
    }

    private static @Nullable Instant firstExpiry(Path file)
        throws IOException, CertificateException {
      try (InputStream pem = new BufferedInputStream(Files.newInputStream(file))) {
        return CertificateFactory.getInstance("X.509").generateCertificates(pem).stream()
            .map(certificate -> ((X509Certificate) certificate).getNotAfter().toInstant())
            .min(Comparator.naturalOrder())
            .orElse(null);
      }
    }
  }
}
