// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class HealthTest {

  @Test
  void theTextIsGos() {
    Instant now = Instant.parse("2026-11-20T12:00:00.123456789Z");
    assertThat(new Health(true, now).toJson())
        .isEqualTo("{\"OK\":true,\"Now\":\"2026-11-20T12:00:00.123456789Z\"}\n");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T12:00:00Z, 2026-11-20T12:00:00Z",
    "2026-11-20T12:00:00.1Z, 2026-11-20T12:00:00.1Z",
    "2026-11-20T12:00:00.01Z, 2026-11-20T12:00:00.01Z",
    "2026-11-20T12:00:00.000000001Z, 2026-11-20T12:00:00.000000001Z",
    "2026-11-20T12:00:00.123456789Z, 2026-11-20T12:00:00.123456789Z",
    "2024-02-29T23:59:59.999999999Z, 2024-02-29T23:59:59.999999999Z",
    "1969-12-31T23:59:59.5Z, 1969-12-31T23:59:59.5Z",
    "0000-01-01T00:00:00Z, 0000-01-01T00:00:00Z",
    "2026-11-20T12:00:00.123456789+02:00, 2026-11-20T10:00:00.123456789Z",
    "2026-11-20T12:00:00.5-09:30, 2026-11-20T21:30:00.5Z",
    "2026-11-20T12:00:00+00:00, 2026-11-20T12:00:00Z",
    "2026-11-20t12:00:00z, 2026-11-20T12:00:00Z"
  })
  void timesOfGoAreRead(String text, Instant expected) throws IOException {
    String answer = "{\"OK\":true,\"Now\":\"" + text + "\"}";
    assertThat(Health.parse(answer)).isEqualTo(new Health(true, expected));
    assertThat(Health.parse(answer + "\n")).isEqualTo(new Health(true, expected));
    assertThat(Health.parse(answer.replace("true", "false")))
        .isEqualTo(new Health(false, expected));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      Instant now = Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000));
      Health health = new Health(random.nextBoolean(), now);
      assertThat(Health.parse(health.toJson().strip())).as("seed %d", seed).isEqualTo(health);
    }
  }

  @Test
  void unknownFieldsAreePassedOver() throws IOException {
    assertThat(
            Health.parse(
                "{\"x\":{\"Now\":1,\"y\":[1,{}]},\"Now\":\"2026-11-20T12:00:00Z\",\"OK\":false,"
                    + "\"z\":null}"))
        .isEqualTo(new Health(false, Instant.parse("2026-11-20T12:00:00Z")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "null",
        "[]",
        "{}",
        "{\"OK\":true}",
        "{\"OK\":true,\"Now\":5}",
        "{\"OK\":true,\"Now\":\"yesterday\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T12:00:00\"}",
        "{\"OK\":true,\"Now\":\"2026-11-31T12:00:00Z\"}",
        "{\"OK\":true,\"Now\":\"2026-13-01T12:00:00Z\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T24:00:01Z\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T12:60:00Z\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T12:00:-1Z\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T12:00:00.1234567890Z\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T12:00:00.+1Z\"}",
        "{\"OK\":true,\"Now\":\"Z\"}",
        "{\"OK\":true,\"Now\":\"\"}",
        "{\"OK\":true,\"Now\":\"2026-11-20T12:00:00Z",
        "{\"OK\":true",
        "<html></html>"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Health.parse(text)).isInstanceOf(IOException.class);
  }
}
