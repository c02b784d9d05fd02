// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of meters in the jar; {@code -Draftwire.updateMeters=true} writes it anew. */
class MetersTableTest {

  private static final Path TABLE = Path.of("src/main/resources/META-INF/raftwire/meters.md");

  @Test
  void theTableIsWhatTheEnumsSay() throws IOException {
    String table = table();
    if (Boolean.getBoolean("raftwire.updateMeters")) {
      Files.writeString(TABLE, table);
    }
    assertThat(TABLE)
        .as("the table in the jar; run this test with -Draftwire.updateMeters=true to renew it")
        .hasContent(table);
  }

  private static String table() {
    StringBuilder text = new StringBuilder();
    text.append("<!-- Generated from RaftwireMeter and EtcdMeter by MetersTableTest. -->\n\n");
    text.append("## Meters in Raftwire's vocabulary\n\n");
    text.append(
        "| Meter | In Prometheus | Type | Unit | Tags | Meaning |\n|---|---|---|---|---|---|\n");
    for (RaftwireMeter meter : RaftwireMeter.values()) {
      text.append(
          row(
              code(meter.getName()),
              code(meter.prometheusName()),
              type(meter),
              meter.getBaseUnit(),
              tags(meter),
              meter.meaning()));
    }
    text.append("\n## Meters in etcd's vocabulary\n\n");
    text.append("| Meter | Type | Labels | Meaning |\n|---|---|---|---|\n");
    for (EtcdMeter meter : EtcdMeter.values()) {
      text.append(
          row(
              code(meter.getName()),
              meter.prometheusType().label() + buckets(meter),
              tags(meter),
              meter.meaning()));
    }
    return text.toString();
  }

  private static String row(String... cells) {
    return Stream.of(cells).collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static String code(String text) {
    return '`' + text + '`';
  }

  private static String type(DocumentedMeter meter) {
    return meter.getType().name().toLowerCase(Locale.ROOT) + buckets(meter);
  }

  private static String buckets(DocumentedMeter meter) {
    List<Duration> buckets = meter.buckets();
    return buckets.isEmpty()
        ? ""
        : ", %d buckets %s s … %s s"
            .formatted(
                buckets.size(), seconds(buckets.get(0)), seconds(buckets.get(buckets.size() - 1)));
  }

  private static String seconds(Duration bound) {
    return BigDecimal.valueOf(bound.toNanos(), 9).stripTrailingZeros().toPlainString();
  }

  private static String tags(DocumentedMeter meter) {
    return Stream.of(meter.getKeyNames())
        .map(key -> code(key.asString()))
        .collect(Collectors.joining(" "));
  }
}
