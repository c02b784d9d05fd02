// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.examples.learner.etcdpb.InternalRaftRequest;
import io.raftwire.examples.learner.etcdpb.RequestV2;
import io.raftwire.raftpb.ConfChange;
import io.raftwire.raftpb.ConfChangeType;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipTest {

  private static final MemberId A = MemberId.parse("ffffffffffffffff");
  private static final MemberId B = MemberId.of(2);
  private static final String URL_A = "http://127.0.0.1:1";
  private static final String URL_B = "http://127.0.0.1:2";

  private final Membership membership =
      Membership.of(List.of(new Member(A, "a", List.of(URL_A), List.of(), false)), 10);

  private static Entry change(long index, ConfChangeType type, MemberId id, String context) {
    return Entry.newBuilder()
        .setIndex(index)
        .setType(EntryType.EntryConfChange)
        .setData(
            ConfChange.newBuilder()
                .setType(type)
                .setNodeId(id.value())
                .setContext(ByteString.copyFromUtf8(context))
                .build()
                .toByteString())
        .build();
  }

  private static String context(MemberId id, String url, String more) {
    return String.format(
        "{\"id\":%s,\"peerURLs\":[\"%s\"]%s}", Long.toUnsignedString(id.value()), url, more);
  }

  private List<MemberChange.Kind> apply(Entry entry) {
    return membership.apply(entry).stream().map(MemberChange::kind).toList();
  }

  @Test
  void membersComeMoveAreDescribedPromotedAndGo() {
    assertThat(
            apply(
                change(
                    11,
                    ConfChangeType.ConfChangeAddLearnerNode,
                    B,
                    context(B, URL_B, ",\"isLearner\":true"))))
        .containsExactly(MemberChange.Kind.ADDED);
    assertThat(
            apply(change(12, ConfChangeType.ConfChangeUpdateNode, B, context(B, URL_B + "2", ""))))
        .containsExactly(MemberChange.Kind.MOVED);
    assertThat(
            membership.apply(Entry.newBuilder().setIndex(13).setData(published("3.4.0")).build()))
        .isEmpty();
    assertThat(membership.members())
        .containsExactly(
            new Member(B, "b", List.of(URL_B + "2"), List.of(), true),
            new Member(A, "a", List.of(URL_A), List.of(), false));
    assertThat(
            apply(
                change(
                    14,
                    ConfChangeType.ConfChangeAddNode,
                    B,
                    context(B, "http://127.0.0.1:9", ",\"isPromote\":true"))))
        .containsExactly(MemberChange.Kind.PROMOTED);
    assertThat(membership.member(B))
        .isEqualTo(new Member(B, "b", List.of(URL_B + "2"), List.of(), false));
    assertThat(apply(change(15, ConfChangeType.ConfChangeRemoveNode, B, "")))
        .containsExactly(MemberChange.Kind.REMOVED);
    assertThat(membership.removed()).containsExactly(B);
    assertThat(Membership.parse(membership.text()).text()).isEqualTo(membership.text());
  }

  private static ByteString published(String clusterVersion) {
    Message proposal = Publication.proposal(B, A, "b", clusterVersion).orElseThrow();
    return proposal.getEntries(0).getData();
  }

  @Test
  void namesArePublishedInTheFormOfTheOldestMember() throws Exception {
    assertThat(RequestV2.parseFrom(published("3.4.0")).getPath().toStringUtf8())
        .isEqualTo("/0/members/2/attributes");
    assertThat(InternalRaftRequest.parseFrom(published("3.5.0")).hasClusterMemberAttrSet())
        .isTrue();
    assertThat(Publication.proposal(B, A, "b", "not_decided")).isEmpty();
  }

  @Test
  void changesThatTheFirstListHasAreLeftAside() {
    assertThat(apply(change(10, ConfChangeType.ConfChangeRemoveNode, A, ""))).isEmpty();
    assertThat(membership.members()).hasSize(1);
    assertThat(membership.revision()).isZero();
  }

  @Test
  void aSnapshotHasTheMembersInTheV2StoresForm() {
    String json =
        "{\"Root\":{\"Path\":\"/\",\"Children\":{\"0\":{\"Path\":\"/0\",\"Children\":{"
            + "\"members\":{\"Children\":{\"2\":{\"Children\":{"
            + "\"raftAttributes\":{\"Value\":\"{\\\"peerURLs\\\":[\\\""
            + URL_B
            + "\\\"]}\"},\"attributes\":{\"Value\":\"{\\\"name\\\":\\\"b\\\"}\"}}}}},"
            + "\"removed_members\":{\"Children\":{\"ffffffffffffffff\":{}}}}}}}}";

    assertThat(membership.restore(ByteString.copyFromUtf8(json)))
        .extracting(MemberChange::kind)
        .containsExactly(MemberChange.Kind.REMOVED, MemberChange.Kind.ADDED);
    assertThat(membership.members())
        .containsExactly(new Member(B, "b", List.of(URL_B), List.of(), false));
    assertThat(membership.removed()).containsExactly(A);
  }

  @Test
  void aSnapshotInAnotherFormLeavesTheMembersAlone() {
    assertThat(membership.restore(ByteString.copyFromUtf8("no json"))).isEmpty();
    assertThat(membership.members()).hasSize(1);
  }

  @Test
  void membersAreShownAsEtcdShowsThem() {
    assertThat(membership.membersText())
        .isEqualTo(
            "[{\"id\":18446744073709551615,\"peerURLs\":[\"" + URL_A + "\"],\"name\":\"a\"}]");
  }
}
