// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.groupop.UpdateRaftGroupMembersOp;
import io.microraft.model.log.RaftGroupMembersView;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.Endpoint;
import io.raftwire.examples.kv.proto.GroupMembers;
import io.raftwire.examples.kv.proto.MembershipChange;
import io.raftwire.examples.kv.proto.Operation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The parts that both the wire and the store keep, between MicroRaft's models and kv.proto. */
final class Models {

  private Models() {}

  static Endpoint toProto(RaftEndpoint endpoint) {
    KvEndpoint kv = KvEndpoint.of(endpoint);
    return Endpoint.newBuilder()
        .setId(kv.id().value())
        .setName(kv.name())
        .addAllPeerUrls(kv.peerUrls())
        .build();
  }

  static KvEndpoint toEndpoint(Endpoint endpoint) {
    return new KvEndpoint(
        MemberId.of(endpoint.getId()), endpoint.getName(), endpoint.getPeerUrlsList());
  }

  static List<Endpoint> toProto(Collection<RaftEndpoint> endpoints) {
    return endpoints.stream().map(Models::toProto).toList();
  }

  static List<RaftEndpoint> toEndpoints(List<Endpoint> endpoints) {
    List<RaftEndpoint> result = new ArrayList<>(endpoints.size());
    for (Endpoint endpoint : endpoints) {
      result.add(toEndpoint(endpoint));
    }
    return result;
  }

  static GroupMembers toProto(RaftGroupMembersView view) {
    return groupMembers(view.getLogIndex(), view.getMembers(), view.getVotingMembers());
  }

  static RaftGroupMembersView toView(GroupMembers group, RaftModelFactory models) {
    return models
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(group.getLogIndex())
        .setMembers(members(group))
        .setVotingMembers(voters(group))
        .build();
  }

  static MembershipChange toProto(UpdateRaftGroupMembersOp op) {
    return MembershipChange.newBuilder()
        .setMode(toProto(op.getMode()))
        .setEndpoint(toProto(op.getEndpoint()))
        .setGroupMembers(groupMembers(0, op.getMembers(), op.getVotingMembers()))
        .build();
  }

  static UpdateRaftGroupMembersOp toOp(MembershipChange change, RaftModelFactory models) {
    return models
        .createUpdateRaftGroupMembersOpBuilder()
        .setMode(toMode(change.getMode()))
        .setEndpoint(toEndpoint(change.getEndpoint()))
        .setMembers(members(change.getGroupMembers()))
        .setVotingMembers(voters(change.getGroupMembers()))
        .build();
  }

  // A new leader's first entry changes nothing; like etcd's it is empty, and so is its default.
  static Operation toOperation(ByteString data) {
    try {
      return Operation.parseFrom(data);
    } catch (InvalidProtocolBufferException e) {
      throw new UnmappableMessageException(
          "operation of " + data.size() + " bytes (expected: a protobuf Operation)", e);
    }
  }

  /**
   * A number that MicroRaft keeps as an int and the wire as uint64.
   *
   * @throws UnmappableMessageException if it does not fit
   */
  static int toTerm(String what, long value) {
    if (value < 0 || value > Integer.MAX_VALUE) {
      throw new UnmappableMessageException(
          what
              + ": "
              + Long.toUnsignedString(value)
              + " (expected: at most "
              + Integer.MAX_VALUE
              + ", the largest MicroRaft can count)");
    }
    return (int) value;
  }

  /**
   * An index that MicroRaft keeps as a signed long.
   *
   * @throws UnmappableMessageException if it is beyond that
   */
  static long toIndex(String what, long value) {
    if (value < 0) {
      throw new UnmappableMessageException(
          what
              + ": "
              + Long.toUnsignedString(value)
              + " (expected: at most "
              + Long.MAX_VALUE
              + ")");
    }
    return value;
  }

  private static GroupMembers groupMembers(
      long logIndex, Collection<RaftEndpoint> members, Collection<RaftEndpoint> voters) {
    GroupMembers.Builder builder =
        GroupMembers.newBuilder().setLogIndex(logIndex).addAllMembers(toProto(members));
    for (RaftEndpoint voter : voters) {
      builder.addVotingIds(KvEndpoint.of(voter).id().value());
    }
    return builder.build();
  }

  private static Set<RaftEndpoint> members(GroupMembers group) {
    return new LinkedHashSet<>(toEndpoints(group.getMembersList()));
  }

  private static Set<RaftEndpoint> voters(GroupMembers group) {
    Map<Long, RaftEndpoint> byId = new LinkedHashMap<>();
    for (Endpoint member : group.getMembersList()) {
      byId.put(member.getId(), toEndpoint(member));
    }
    Set<RaftEndpoint> voters = new LinkedHashSet<>();
    for (long id : group.getVotingIdsList()) {
      RaftEndpoint voter = byId.get(id);
      if (voter == null) {
        throw new UnmappableMessageException(
            "voting member " + MemberId.of(id) + " (expected: one of " + byId.values() + ")");
      }
      voters.add(voter);
    }
    return voters;
  }

  private static MembershipChange.Mode toProto(MembershipChangeMode mode) {
    return switch (mode) {
      case ADD_LEARNER -> MembershipChange.Mode.ADD_LEARNER;
      case ADD_OR_PROMOTE_TO_FOLLOWER -> MembershipChange.Mode.ADD_OR_PROMOTE_TO_FOLLOWER;
      case REMOVE_MEMBER -> MembershipChange.Mode.REMOVE_MEMBER;
    };
  }

  private static MembershipChangeMode toMode(MembershipChange.Mode mode) {
    return switch (mode) {
      case ADD_LEARNER -> MembershipChangeMode.ADD_LEARNER;
      case ADD_OR_PROMOTE_TO_FOLLOWER -> MembershipChangeMode.ADD_OR_PROMOTE_TO_FOLLOWER;
      case REMOVE_MEMBER -> MembershipChangeMode.REMOVE_MEMBER;
      case MODE_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnmappableMessageException(
              "membership change: " + mode + " (expected: add or remove)");
    };
  }
}
