// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What is asked of a feed. */
final class Feeds {

  private Feeds() {}

  /** Every index follows the one before: no gap, no repeat. */
  static void assertConsecutive(List<JsonNode> events) {
    assertThat(events).isNotEmpty();
    long expected = events.get(0).path("index").asLong();
    for (JsonNode event : events) {
      assertThat(event.path("index").asLong())
          .as("index after a gap or a repeat")
          .isEqualTo(expected);
      expected++;
    }
  }

  /** The keys that were put, in the order of the feed. */
  static List<String> putKeys(List<JsonNode> events, String prefix) {
    return events.stream()
        .filter(event -> event.path("type").asText().equals("put"))
        .map(event -> EtcdCluster.text(event.at("/request/key").asText()))
        .filter(key -> key.startsWith(prefix + "-"))
        .toList();
  }
}
