// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.pkitesting.CertificateBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BindersTest {

  private static final Instant NOW = Instant.parse("2026-11-20T00:00:00Z");

  private final MeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void bufferMemoryIsWhatTheAllocatorHolds() {
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    PooledBufferMetrics.of(allocator).bindTo(registry);
    assertThat(memory("direct")).isZero();
    ByteBuf buffer = allocator.directBuffer(1000);
    assertThat(memory("direct"))
        .isEqualTo((double) allocator.metric().usedDirectMemory())
        .isPositive();
    assertThat(memory("heap")).isZero();
    buffer.release();
  }

  @Test
  void theDefaultAllocatorKeepsFigures() {
    PooledBufferMetrics.ofDefaultAllocator().bindTo(registry);
    assertThat(memory("direct")).isNotNegative();
  }

  @Test
  void anAllocatorWithoutFiguresIsRefused() {
    assertThatThrownBy(() -> PooledBufferMetrics.of(new FigurelessAllocator()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected: one that is a ByteBufAllocatorMetricProvider");
  }

  @Test
  void expiryIsTheTimeThatIsLeft() {
    CertificateExpiryMetrics.of("peer", () -> NOW.plusSeconds(90), Clock.fixed(NOW, ZoneOffset.UTC))
        .bindTo(registry);
    assertThat(expiry()).isEqualTo(90);
  }

  @Test
  void expiryOfAFileIsThatOfItsFirstCertificateToExpireAndFollowsIt(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("peer.pem");
    CertificateExpiryMetrics.ofPem("peer", file).bindTo(registry);
    assertThat(expiry()).as("without a file").isNaN();

    Files.writeString(file, pem(Duration.ofDays(30)) + pem(Duration.ofDays(10)));
    assertThat(expiry()).isBetween(days(9.9), days(10.1));

    Files.writeString(file, "half a certif");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(10)));
    assertThat(expiry()).as("while it cannot be read").isBetween(days(9.9), days(10.1));

    Files.writeString(file, pem(Duration.ofDays(60)));
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(20)));
    assertThat(expiry()).as("renewed").isBetween(days(59.9), days(60.1));
  }

  private static String pem(Duration validity) throws Exception {
    return new CertificateBuilder()
        .subject("CN=test")
        .notBefore(Instant.now().minusSeconds(60))
        .notAfter(Instant.now().plus(validity))
        .setIsCertificateAuthority(true)
        .buildSelfSigned()
        .getCertificatePEM();
  }

  private static double days(double days) {
    return days * 86_400;
  }

  private double memory(String kind) {
    return registry.get("raftwire.buffer.memory").tag("memory", kind).gauge().value();
  }

  private double expiry() {
    return registry.get("raftwire.certificate.expiry").tag("certificate", "peer").gauge().value();
  }

  /** An allocator that says nothing about itself. */
  private static final class FigurelessAllocator extends AbstractByteBufAllocator {

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isDirectBufferPooled() {
      return false;
    }
  }
}
