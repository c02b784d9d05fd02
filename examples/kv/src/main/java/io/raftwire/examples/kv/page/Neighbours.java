// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.node.KvNode;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * What the other members say of their links, so that the page can draw those that do not end here.
 * They are asked at their client URLs, and only while somebody looks. Any thread.
 */
final class Neighbours {

  private static final Logger log = LoggerFactory.getLogger(Neighbours.class);
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final TypeReference<Map<String, String>> LINKS = new TypeReference<>() {};
  private static final Duration ANSWER = Duration.ofMillis(1500);
  private static final int MAX_BYTES = 64 << 10;
  private static final long STALE_NANOS = Duration.ofSeconds(5).toNanos();

  private final HttpClient client = HttpClient.create().responseTimeout(ANSWER);
  private final Map<MemberId, Told> told = new ConcurrentHashMap<>();

  private record Told(Map<String, String> links, long nanos) {}

  /** Asks every other member; the answers come later, or not. */
  void ask(Iterable<KvNode.MemberView> members) {
    for (KvNode.MemberView member : members) {
      if (!member.self() && !member.clientUrls().isEmpty()) {
        links(member.clientUrls().get(0))
            .subscribe(
                links -> told.put(member.id(), new Told(links, System.nanoTime())),
                e -> log.debug("{} does not tell its links: {}", member.name(), e.toString()));
      }
    }
  }

  /** The states of a member's links by peer, as it told lately; null if it did not. */
  @Nullable Map<String, String> links(MemberId member) {
    Told last = told.get(member);
    return last == null || System.nanoTime() - last.nanos > STALE_NANOS ? null : last.links;
  }

  private Mono<Map<String, String>> links(String clientUrl) {
    return client
        .get()
        .uri(clientUrl + "/page/links")
        .responseContent()
        .asByteArray()
        .reduce(new byte[0], Neighbours::joined)
        .timeout(ANSWER)
        .map(Neighbours::parsed);
  }

  private static Map<String, String> parsed(byte[] body) {
    try {
      return JSON.readValue(body, LINKS);
    } catch (IOException e) {
      throw new IllegalArgumentException("no JSON object of texts: " + e.getMessage(), e);
    }
  }

  private static byte[] joined(byte[] head, byte[] tail) {
    if (head.length + tail.length > MAX_BYTES) {
      throw new IllegalArgumentException("more than " + MAX_BYTES + " bytes");
    }
    byte[] all = new byte[head.length + tail.length];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, head.length, tail.length);
    return all;
  }
}
