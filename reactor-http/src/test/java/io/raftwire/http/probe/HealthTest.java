// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
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
    "2026-11-20T12:00:00.123456789Z, 2026-11-20T12:00:00.123456789Z",
    "2026-11-20T12:00:00.123456789+02:00, 2026-11-20T10:00:00.123456789Z",
    "2026-11-20T12:00:00.5-09:30, 2026-11-20T21:30:00.5Z",
    "2026-11-20T12:00:00+00:00, 2026-11-20T12:00:00Z"
  })
  void timesOfGoAreRead(String text, Instant expected) throws IOException {
    assertThat(Health.parse("{\"OK\":true,\"Now\":\"" + text + "\"}\n"))
        .isEqualTo(new Health(true, expected));
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
        "{\"OK\":true,\"Now\":\"2026-11-20T12:00:00Z",
        "{\"OK\":true",
        "<html></html>"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> Health.parse(text)).isInstanceOf(IOException.class);
  }
}
