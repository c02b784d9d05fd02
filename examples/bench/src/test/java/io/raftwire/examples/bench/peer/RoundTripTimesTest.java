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
  void nothingHasNoPercentiles() {
    assertThat(new RoundTripTimes(0).percentileMicros(0.5)).isZero();
  }
}
