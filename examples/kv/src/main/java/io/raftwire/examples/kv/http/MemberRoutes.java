// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.Names;
import io.raftwire.examples.kv.node.RequestException;
import io.raftwire.examples.kv.raft.KvEndpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The members of the cluster: shown, added, removed. */
final class MemberRoutes {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MAX_MEMBER_BYTES = 16 << 10;

  private final KvNode node;

  MemberRoutes(KvNode node) {
    this.node = node;
  }

  /** All of them, as this one sees them. */
  Mono<Answer> list(Call call) {
    call.allowParameters();
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("clusterId", node.clusterId().toString());
    body.put("term", node.report().getTerm().getTerm());
    body.put("leader", node.leader().map(MemberId::toString).orElse(null));
    List<Map<String, Object>> members = new ArrayList<>();
    for (KvNode.MemberView member : node.members()) {
      Map<String, Object> each = new LinkedHashMap<>();
      each.put("id", member.id().toString());
      each.put("name", member.name());
      each.put("peerURLs", member.peerUrls());
      each.put("clientURLs", member.clientUrls());
      each.put("role", member.leader() ? "leader" : member.voting() ? "follower" : "learner");
      each.put("leader", member.leader());
      each.put("self", member.self());
      each.put("activeSince", member.activeSince().map(Object::toString).orElse(null));
      members.add(each);
    }
    body.put("members", members);
    return Mono.just(Answer.json(body));
  }

  /** Adds one that is not running yet. */
  Mono<Answer> add(Call call) {
    call.allowParameters();
    return call.body(MAX_MEMBER_BYTES, node.config().limits().requestTimeout())
        .flatMap(
            body -> {
              NewMember wanted = NewMember.parse(body);
              return node.addMember(wanted.name, wanted.id, wanted.peerUrls, wanted.clientUrls)
                  .map(added -> added(added, wanted));
            });
  }

  private Answer added(KvEndpoint added, NewMember wanted) {
    List<String> flags = new ArrayList<>();
    StringJoiner cluster = new StringJoiner(",");
    for (KvNode.MemberView member : node.members()) {
      for (String url : member.peerUrls()) {
        cluster.add(member.id() + "@" + member.name() + "=" + url);
      }
    }
    flags.add("node");
    flags.add("--name=" + added.name());
    flags.add("--id=" + added.id());
    flags.add("--cluster-id=" + node.clusterId());
    flags.add("--initial-cluster-state=existing");
    flags.add("--initial-cluster=" + cluster);
    flags.add("--listen-peer-urls=" + wanted.peerUrls);
    flags.add("--initial-advertise-peer-urls=" + wanted.peerUrls);
    if (!wanted.clientUrls.isEmpty()) {
      flags.add("--listen-client-urls=" + String.join(",", wanted.clientUrls));
    }
    flags.add("--data-dir=" + added.name() + ".data");
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", added.id().toString());
    body.put("name", added.name());
    body.put("peerURLs", added.peerUrls());
    body.put("clientURLs", wanted.clientUrls);
    body.put("flags", flags);
    body.put("start", "java -jar raftwire-kv.jar " + String.join(" ", flags));
    return Answer.json(body).status(201);
  }

  /** Removes one, for good. */
  Mono<Answer> remove(Call call) {
    call.allowParameters();
    MemberId id;
    try {
      id = MemberId.parse(call.path().substring("/members/".length()));
    } catch (IllegalArgumentException e) {
      throw new RequestException(400, String.valueOf(e.getMessage()));
    }
    return node.removeMember(id)
        .map(
            removed -> {
              Map<String, Object> body = new LinkedHashMap<>();
              body.put("id", removed.id().toString());
              body.put("removed", true);
              return Answer.json(body);
            });
  }

  private record NewMember(
      String name, @Nullable MemberId id, PeerUrls peerUrls, List<String> clientUrls) {

    private static final String EXPECTED =
        " (expected: {\"name\": \"m4\", \"peerURLs\": [\"http://127.0.0.1:2383\"], and if wanted"
            + " \"clientURLs\": [...] and \"id\": hex})";

    static NewMember parse(ByteString body) {
      try {
        JsonNode json = JSON.readTree(body.toByteArray());
        JsonNode name = json.path("name");
        if (!name.isTextual() || !Names.isName(name.textValue())) {
          throw new IllegalArgumentException(
              "name: " + (name.isMissingNode() ? "none" : name) + " must be " + Names.RULE);
        }
        MemberId id = json.has("id") ? MemberId.parse(json.path("id").asText()) : null;
        if (id != null && id.value() == 0) {
          throw new IllegalArgumentException("id: 0 is nobody's");
        }
        return new NewMember(
            name.textValue(), id, PeerUrls.of(texts(json, "peerURLs")), clientUrls(json));
      } catch (IOException e) {
        throw new RequestException(400, "body: no JSON" + EXPECTED);
      } catch (IllegalArgumentException e) {
        throw new RequestException(400, "body: " + e.getMessage() + EXPECTED);
      }
    }

    private static List<String> clientUrls(JsonNode json) {
      List<String> texts = texts(json, "clientURLs");
      for (String text : texts) {
        if (!PeerUrls.of(List.of(text)).urls().get(0).getScheme().equals("http")) {
          throw new IllegalArgumentException("clientURLs: " + text + " must be http://host:port");
        }
      }
      return texts;
    }

    private static List<String> texts(JsonNode json, String field) {
      List<String> texts = new ArrayList<>();
      JsonNode array = json.path(field);
      if (!array.isMissingNode() && !array.isArray()) {
        throw new IllegalArgumentException(field + ": " + array + " must be an array");
      }
      array.forEach(each -> texts.add(each.asText()));
      return texts;
    }
  }
}
