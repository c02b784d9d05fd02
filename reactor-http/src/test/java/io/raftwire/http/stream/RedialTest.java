// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class RedialTest {

  private static void assertWithin(Redial redial, long fromMillis, long toMillis) {
    for (int i = 0; i < 50; i++) {
      assertThat(redial.next())
          .isBetween(Duration.ofMillis(fromMillis), Duration.ofMillis(toMillis));
    }
  }

  @Test
  void theWaitGrowsWithFailuresAndShrinksWithSuccess() {
    Redial redial = new Redial(Duration.ofMillis(100), Duration.ofSeconds(2));
    assertWithin(redial, 100, 150);
    redial.failed();
    assertWithin(redial, 100, 150);
    redial.failed();
    assertWithin(redial, 200, 300);
    redial.failed();
    assertWithin(redial, 400, 600);
    for (int i = 0; i < 100; i++) {
      redial.failed();
    }
    assertWithin(redial, 2_000, 3_000);
    redial.succeeded();
    assertWithin(redial, 100, 150);
  }

  @Test
  void hugeWaitsDoNotOverflow() {
    Redial redial = new Redial(Duration.ofDays(300), Duration.ofDays(1_000));
    for (int i = 0; i < 100; i++) {
      redial.failed();
    }
    assertThat(redial.next()).isBetween(Duration.ofDays(1_000), Duration.ofDays(1_500));
  }

  @Test
  void theMaximumIsNeverBelowTheMinimum() {
    Redial redial = new Redial(Duration.ofSeconds(3), Duration.ofSeconds(1));
    redial.failed();
    redial.failed();
    assertWithin(redial, 3_000, 4_500);
  }

  @Test
  void membersDoNotDialInStep() {
    Redial redial = new Redial(Duration.ofMillis(100), Duration.ofSeconds(2));
    assertThat(java.util.stream.Stream.generate(redial::next).limit(20).distinct().count())
        .isGreaterThan(10);
  }
}
