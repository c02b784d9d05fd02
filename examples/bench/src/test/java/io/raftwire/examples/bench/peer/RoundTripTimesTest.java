// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoundTripTimesTest {

  @Test
  void percentilesAreByNearestRank() {
    RoundTripTimes times = new RoundTripTimes(10); // fewer than come
    for (int micros = 100; micros >= 1; micros--) {
      times.add(micros * 1000L);
    }
    times.sort();

    assertThat(times.count()).isEqualTo(100);
    assertThat(times.percentileMicros(0.5)).isEqualTo(50);
    assertThat(times.percentileMicros(0.99)).isEqualTo(99);
    assertThat(times.percentileMicros(0.999)).isEqualTo(100);
  }

  @Test
  void aStallDoesNotChangeTheMedianTenth() {
    RoundTripTimes times = new RoundTripTimes(1000);
    for (int tenth = 0; tenth < 10; tenth++) {
      for (int i = 100; i >= 1; i--) {
        times.add(i * 1000L + (tenth == 7 ? 5_000_000 : tenth * 100));
      }
    }
    // Of the tenths in their order, which is 0 to 6, 8, 9 and then 7, the fifth.
    assertThat(times.medianTenthMicros(0.99)).isEqualTo(99.4);
    times.sort();
    assertThat(times.percentileMicros(0.99)).isGreaterThan(5_000);
  }

  @Test
  void nothingHasNoPercentiles() {
    assertThat(new RoundTripTimes(0).percentileMicros(0.5)).isZero();
    assertThat(new RoundTripTimes(0).medianTenthMicros(0.5)).isZero();
  }
}
