// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.raftwire.examples.bench.BenchException;
import org.junit.jupiter.api.Test;

class JsonTest {

  private static final Results.Memory MEMORY = new Results.Memory(26, 25, 24, 23, 2, 1.5, 1);

  @Test
  void aSenderIsWrittenWithTheFieldsOfTheGoProgram() {
    Results.Sender result =
        new Results.Sender(
            "source", "raftwire", "msgapp", 64, 1, 4.023, 33, 8.2, 32, 0, 1.81, 5, MEMORY);

    assertThat(Json.line(result))
        .isEqualTo(
            "{\"role\":\"source\",\"impl\":\"raftwire\",\"work\":\"msgapp\",\"size\":64,"
                + "\"entries\":1,\"seconds\":4.023,\"messages\":33,\"per_second\":8.2,\"acked\":32,"
                + "\"refused\":0,\"cpu_seconds\":1.81,\"allocated\":5,\"max_rss_bytes\":26,\"max_heap_bytes\":25,\"max_direct_bytes\":24,"
                + "\"allocated_bytes\":23,\"gc_count\":2,\"gc_millis\":1.5,\"gc_max_millis\":1.0}");
  }

  @Test
  void aReceiverIsWrittenWithTheFieldsOfTheGoProgram() {
    assertThat(Json.line(new Results.Receiver("sink", "raftwire", 7, 0.5, MEMORY)))
        .isEqualTo(
            "{\"role\":\"sink\",\"impl\":\"raftwire\",\"messages\":7,\"cpu_seconds\":0.5,"
                + "\"max_rss_bytes\":26,\"max_heap_bytes\":25,\"max_direct_bytes\":24,"
                + "\"allocated_bytes\":23,\"gc_count\":2,\"gc_millis\":1.5,\"gc_max_millis\":1.0}");
  }

  @Test
  void roundTripsAreWrittenWithTheFieldsOfTheGoProgram() {
    assertThat(
            Json.line(
                new Results.RoundTrips(
                    "ping", "raftwire", 64, 0, 3, 4, 1.5, 2.5, 3.5, 4.5, 3.2, 0.5, MEMORY)))
        .isEqualTo(
            "{\"role\":\"ping\",\"impl\":\"raftwire\",\"size\":64,\"rate\":0,\"count\":3,"
                + "\"seconds\":4.0,\"p50_us\":1.5,\"p90_us\":2.5,\"p99_us\":3.5,\"p999_us\":4.5,"
                + "\"p99_tenth_us\":3.2,"
                + "\"cpu_seconds\":0.5,\"max_rss_bytes\":26,\"max_heap_bytes\":25,\"max_direct_bytes\":24,"
                + "\"allocated_bytes\":23,\"gc_count\":2,\"gc_millis\":1.5,\"gc_max_millis\":1.0}");
  }

  @Test
  void aLineOfTheGoProgramIsRead() {
    Results.Sender result =
        Json.parse(
            "{\"role\":\"source\",\"impl\":\"go\",\"work\":\"small\",\"size\":0,\"entries\":0,"
                + "\"seconds\":4,\"messages\":1301120,\"per_second\":325241.8,\"acked\":1301120,"
                + "\"cpu_seconds\":1.578,\"max_rss_bytes\":23285760}",
            Results.Sender.class);

    assertThat(result.perSecond()).isEqualTo(325241.8);
    assertThat(result.seconds()).isEqualTo(4);
    assertThat(result.memory().maxRssBytes()).isEqualTo(23285760);
  }

  @Test
  void aLineThatIsNoResultIsShown() {
    assertThatThrownBy(() -> Json.parse("panic: oh no", Results.Sender.class))
        .isInstanceOf(BenchException.class)
        .hasMessageContaining("\"panic: oh no\"");
  }
}
