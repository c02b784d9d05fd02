// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.examples.learner.etcdpb.Attributes;
import io.raftwire.examples.learner.etcdpb.ClusterMemberAttrSetRequest;
import io.raftwire.examples.learner.etcdpb.InternalRaftRequest;
import io.raftwire.examples.learner.etcdpb.RequestHeader;
import io.raftwire.examples.learner.etcdpb.RequestV2;
import io.raftwire.http.config.ProtocolVersion;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How a member tells the others its name: a proposal, the only one a learner ever makes. Members
 * before 3.5 know one form of it and fail on the other, so the cluster's version, which is that of
 * its oldest member, decides; without one nothing is proposed.
 */
public final class Publication {

  private static final ProtocolVersion FIRST_V3 = new ProtocolVersion(3, 5, 0);

  private Publication() {}

  /**
   * The message that proposes the name to the leader; empty if the cluster's version is unknown.
   */
  public static Optional<Message> proposal(
      MemberId self, MemberId leader, String name, String clusterVersion) {
    ProtocolVersion version;
    try {
      version = ProtocolVersion.parse(clusterVersion);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    long request = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    ByteString data =
        version.compareMajorMinor(FIRST_V3) < 0 ? v2(request, self, name) : v3(request, self, name);
    return Optional.of(
        Message.newBuilder()
            .setType(MessageType.MsgProp)
            .setFrom(self.value())
            .setTo(leader.value())
            .addEntries(Entry.newBuilder().setData(data))
            .build());
  }

  private static ByteString v3(long request, MemberId self, String name) {
    return InternalRaftRequest.newBuilder()
        .setHeader(RequestHeader.newBuilder().setID(request))
        .setClusterMemberAttrSet(
            ClusterMemberAttrSetRequest.newBuilder()
                .setMemberID(self.value())
                .setMemberAttributes(Attributes.newBuilder().setName(name)))
        .build()
        .toByteString();
  }

  private static ByteString v2(long request, MemberId self, String name) {
    String attributes = JsonNodeFactory.instance.objectNode().put("name", name).toString();
    return RequestV2.newBuilder()
        .setID(request)
        .setMethod(ByteString.copyFromUtf8("PUT"))
        .setPath(ByteString.copyFromUtf8("/0/members/" + self + "/attributes"))
        .setVal(ByteString.copyFromUtf8(attributes))
        .build()
        .toByteString();
  }
}
