// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.raftwire.MemberId;
import io.raftwire.examples.learner.etcdpb.ClusterMemberAttrSetRequest;
import io.raftwire.examples.learner.etcdpb.RequestV2;
import io.raftwire.examples.learner.feed.Content;
import io.raftwire.examples.learner.feed.EntryDecoder;
import io.raftwire.raftpb.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members as the log has them at the commit index, kept as etcd keeps them: conf changes carry
 * the members as JSON, a snapshot has them in the form of etcd's old v2 store.
 *
 * <p>A learner that joins replays the log from its beginning, where members had other URLs than
 * today. So it starts from today's list and leaves aside the changes up to the index the list was
 * taken at. Not thread-safe.
 */
public final class Membership {

  private static final Logger log = LoggerFactory.getLogger(Membership.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ATTRIBUTES =
      Pattern.compile("/0/members/([0-9a-f]{1,16})/attributes");

  private final SortedMap<MemberId, Member> members = new TreeMap<>();
  private final Set<MemberId> removed = new TreeSet<>();
  private final long since;
  private long revision;

  private Membership(Collection<Member> members, long since) {
    members.forEach(member -> this.members.put(member.id(), member));
    this.since = since;
  }

  /**
   * The members as of now.
   *
   * @param since the index up to which the list is known to have all changes
   */
  public static Membership of(Collection<Member> members, long since) {
    return new Membership(members, since);
  }

  /** The membership that {@link #text} has written. */
  public static Membership parse(String text) {
    try {
      JsonNode json = JSON.readTree(text);
      List<Member> members = new ArrayList<>();
      json.path("members").forEach(member -> members.add(Member.of(member)));
      Membership membership = new Membership(members, json.path("since").asLong());
      Member.texts(json.path("removed")).forEach(id -> membership.removed.add(MemberId.parse(id)));
      return membership;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("membership: " + text + " (expected: JSON)", e);
    }
  }

  /** All of it as text, to be stored. */
  public String text() {
    ObjectNode json = JSON.createObjectNode();
    json.put("since", since);
    json.set("members", array());
    ArrayNode ids = json.putArray("removed");
    removed.forEach(id -> ids.add(id.toString()));
    return json.toString();
  }

  /** The members as {@code /members} shows them. */
  public String membersText() {
    return array().toString();
  }

  private ArrayNode array() {
    ArrayNode array = JSON.createArrayNode();
    members.values().forEach(member -> array.add(member.json()));
    return array;
  }

  /** The members by id. */
  public List<Member> members() {
    return List.copyOf(members.values());
  }

  /** Who was a member and will never be again. */
  public Set<MemberId> removed() {
    return Set.copyOf(removed);
  }

  /** A member; null if the id is not one's. */
  public @Nullable Member member(MemberId id) {
    return members.get(id);
  }

  /** A number that grows with every change. */
  public long revision() {
    return revision;
  }

  /** Whether an entry may change something here; cheap, as all entries are asked. */
  private boolean concerns(Entry entry) {
    if (Long.compareUnsigned(entry.getIndex(), since) <= 0) {
      return false;
    }
    return switch (entry.getType()) {
      case EntryConfChange, EntryConfChangeV2 -> true;
      case EntryNormal -> entry.getData().size() < 16 * 1024;
    };
  }

  /** Applies a committed entry. */
  public List<MemberChange> apply(Entry entry) {
    if (!concerns(entry)) {
      return List.of();
    }
    Content content = EntryDecoder.decode(entry);
    if (content instanceof Content.ConfChange change) {
      List<MemberChange> changes = new ArrayList<>();
      for (Content.ConfChange.Change one : change.changes()) {
        apply(one, change.context(), changes);
      }
      return changes;
    }
    if (content instanceof Content.Request request
        && request.request() instanceof ClusterMemberAttrSetRequest attributes) {
      describe(
          MemberId.of(attributes.getMemberID()),
          attributes.getMemberAttributes().getName(),
          attributes.getMemberAttributes().getClientUrlsList());
    } else if (content instanceof Content.RequestV2) {
      applyV2(entry);
    }
    return List.of();
  }

  private void apply(Content.ConfChange.Change change, String context, List<MemberChange> changes) {
    MemberId id = MemberId.of(change.member());
    switch (change.change()) {
      case ConfChangeRemoveNode -> {
        removed.add(id);
        revision++;
        Member gone = members.remove(id);
        if (gone != null) {
          changes.add(new MemberChange(MemberChange.Kind.REMOVED, gone));
        }
      }
      case ConfChangeUpdateNode -> put(id, context, MemberChange.Kind.MOVED, changes);
      case ConfChangeAddNode -> {
        Member known = members.get(id);
        put(
            id,
            context,
            known == null ? MemberChange.Kind.ADDED : MemberChange.Kind.PROMOTED,
            changes);
      }
      case ConfChangeAddLearnerNode -> put(id, context, MemberChange.Kind.ADDED, changes);
    }
  }

  private void put(
      MemberId id, String context, MemberChange.Kind kind, List<MemberChange> changes) {
    Member known = members.get(id);
    try {
      JsonNode json = JSON.readTree(context);
      Member member = Member.of(json);
      if (kind == MemberChange.Kind.PROMOTED && known != null) {
        member = new Member(id, known.name(), known.peerUrls(), known.clientUrls(), false);
      } else if (known != null) {
        member =
            new Member(id, known.name(), member.peerUrls(), known.clientUrls(), known.learner());
      }
      members.put(id, member);
      revision++;
      changes.add(new MemberChange(kind, member));
    } catch (JsonProcessingException | RuntimeException e) {
      log.warn("conf change of member {} cannot be read: {}", id, context);
    }
  }

  private void applyV2(Entry entry) {
    try {
      RequestV2 request = RequestV2.parseFrom(entry.getData());
      Matcher path = ATTRIBUTES.matcher(request.getPath().toStringUtf8());
      if (path.matches()) {
        JsonNode json = JSON.readTree(request.getVal().toStringUtf8());
        describe(
            MemberId.parse(path.group(1)),
            json.path("name").asText(""),
            Member.texts(json.path("clientURLs")));
      }
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      log.warn("attributes of a member cannot be read: {}", e.getMessage());
    }
  }

  private void describe(MemberId id, String name, List<String> clientUrls) {
    UnaryOperator<Member> described =
        known -> new Member(id, name, known.peerUrls(), List.copyOf(clientUrls), known.learner());
    members.computeIfPresent(id, (key, known) -> described.apply(known));
    revision++;
  }

  /**
   * Takes the members from a snapshot's data.
   *
   * @return the changes that lead from the members until now to those
   */
  public List<MemberChange> restore(ByteString data) {
    SortedMap<MemberId, Member> restored = new TreeMap<>();
    try {
      JsonNode root = JSON.readTree(data.toStringUtf8()).path("Root").path("Children").path("0");
      JsonNode nodes = root.path("Children").path("members").path("Children");
      for (var node : nodes.properties()) {
        Member member = fromV2(MemberId.parse(node.getKey()), node.getValue().path("Children"));
        restored.put(member.id(), member);
      }
      root.path("Children")
          .path("removed_members")
          .path("Children")
          .fieldNames()
          .forEachRemaining(id -> removed.add(MemberId.parse(id)));
    } catch (JsonProcessingException | RuntimeException e) {
      log.warn("the members in a snapshot cannot be read: {}", e.getMessage());
    }
    if (restored.isEmpty()) {
      return List.of(); // not etcd's form: the members known so far are the better guess
    }
    return replaceBy(restored);
  }

  private static Member fromV2(MemberId id, JsonNode fields) throws JsonProcessingException {
    JsonNode raft = JSON.readTree(fields.path("raftAttributes").path("Value").asText("{}"));
    JsonNode other = JSON.readTree(fields.path("attributes").path("Value").asText("{}"));
    return new Member(
        id,
        other.path("name").asText(""),
        Member.texts(raft.path("peerURLs")),
        Member.texts(other.path("clientURLs")),
        raft.path("isLearner").asBoolean(false));
  }

  private List<MemberChange> replaceBy(SortedMap<MemberId, Member> restored) {
    List<MemberChange> changes = new ArrayList<>();
    for (Member known : members.values()) {
      if (!restored.containsKey(known.id())) {
        changes.add(new MemberChange(MemberChange.Kind.REMOVED, known));
      }
    }
    for (Member member : restored.values()) {
      Member known = members.get(member.id());
      if (known == null) {
        changes.add(new MemberChange(MemberChange.Kind.ADDED, member));
      } else if (!known.peerUrls().equals(member.peerUrls())) {
        changes.add(new MemberChange(MemberChange.Kind.MOVED, member));
      }
    }
    revision++;
    members.clear();
    members.putAll(restored);
    return changes;
  }
}
