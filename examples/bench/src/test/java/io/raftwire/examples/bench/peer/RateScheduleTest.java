// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RateScheduleTest {

  private final RateSchedule schedule =
      new RateSchedule(1000, Duration.ZERO, Duration.ofSeconds(1), 10, 5_000);

  @Test
  void theFirstIsDueAtOnceAndTheOthersOneByOne() {
    assertThat(schedule.count()).isEqualTo(1000);
    assertThat(schedule.due(5_000)).isEqualTo(1);
    assertThat(schedule.due(5_000 + 999_999)).isEqualTo(1);
    assertThat(schedule.due(5_000 + 2_000_000)).isEqualTo(3);
    assertThat(schedule.due(5_000 + 9_000_000_000L)).isEqualTo(1000);
  }

  @Test
  void aTimeCountsFromWhenTheMessageShouldHaveBeenSent() {
    schedule.answered(11, 5_000 + 70_000);
    schedule.answered(12, 5_000 + 3_000_000);
    schedule.answered(9, 5_000 + 3_000_000); // of an earlier schedule

    RoundTripTimes times = schedule.times();
    times.sort();
    assertThat(schedule.answeredCount()).isEqualTo(2);
    assertThat(times.percentileMicros(0.5)).isEqualTo(70);
    assertThat(times.percentileMicros(0.99)).isEqualTo(2000);
  }

  @Test
  void whatWarmsUpIsAnsweredButDoesNotCount() {
    RateSchedule warmed =
        new RateSchedule(1000, Duration.ofMillis(2), Duration.ofMillis(3), 0, 5_000);
    for (int index = 1; index <= 5; index++) {
      warmed.answered(index, 5_000 + (index - 1) * 1_000_000L + index * 10_000L);
    }

    RoundTripTimes times = warmed.times();
    times.sort();
    assertThat(warmed.warmup()).isEqualTo(2);
    assertThat(warmed.count()).isEqualTo(5);
    assertThat(warmed.answeredCount()).isEqualTo(5);
    assertThat(times.count()).isEqualTo(3);
    assertThat(times.percentileMicros(0)).isEqualTo(30);
  }
}
