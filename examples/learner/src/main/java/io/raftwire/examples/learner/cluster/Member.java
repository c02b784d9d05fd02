// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of the etcd cluster.
 *
 * @param name empty until the member has told it
 */
public record Member(
    MemberId id, String name, List<String> peerUrls, List<String> clientUrls, boolean learner) {

  private static final Logger log = LoggerFactory.getLogger(Member.class);

  /** The URLs to dial, if there are any that Raftwire can dial. */
  public Optional<PeerUrls> dialled() {
    try {
      return Optional.of(PeerUrls.of(peerUrls));
    } catch (IllegalArgumentException e) {
      log.warn("member {} cannot be dialled: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  /** From etcd's JSON, that of the log and of {@code /members} as well as that of its gateway. */
  static Member of(JsonNode json) {
    JsonNode id = json.has("id") ? json.get("id") : json.path("ID");
    return new Member(
        MemberId.of(Long.parseUnsignedLong(id.asText())),
        json.path("name").asText(""),
        texts(json.path("peerURLs")),
        texts(json.path("clientURLs")),
        json.path("isLearner").asBoolean(false));
  }

  /** As {@code /members} shows it. */
  ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", new BigInteger(Long.toUnsignedString(id.value())));
    peerUrls.forEach(json.putArray("peerURLs")::add);
    if (learner) {
      json.put("isLearner", true);
    }
    if (!name.isEmpty()) {
      json.put("name", name);
    }
    if (!clientUrls.isEmpty()) {
      ArrayNode urls = json.putArray("clientURLs");
      clientUrls.forEach(urls::add);
    }
    return json;
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return List.copyOf(texts);
  }
}
