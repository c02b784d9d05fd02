// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.examples.learner.etcdpb.Compare;
import io.raftwire.examples.learner.etcdpb.InternalRaftRequest;
import io.raftwire.examples.learner.etcdpb.PutRequest;
import io.raftwire.examples.learner.etcdpb.RequestOp;
import io.raftwire.examples.learner.etcdpb.TxnRequest;
import io.raftwire.raftpb.ConfChangeSingle;
import io.raftwire.raftpb.ConfChangeType;
import io.raftwire.raftpb.ConfChangeV2;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The bytes are from the logs of real members, 3.4.23 and 3.7.1. */
class EntryDecoderTest {

  private static final TextFormat TEXT = new TextFormat();
  private static final JsonFormat JSON = new JsonFormat();

  private static FeedEvent event(EntryType type, ByteString data) {
    Entry entry = Entry.newBuilder().setType(type).setTerm(2).setIndex(9).setData(data).build();
    return new FeedEvent.Committed(9, 2, data.size(), EntryDecoder.decode(entry));
  }

  private static FeedEvent event(EntryType type, String hex) {
    return event(type, ByteString.copyFrom(HexFormat.of().parseHex(hex)));
  }

  static Stream<Arguments> golden() {
    return Stream.of(
        Arguments.of(
            "3.4 put",
            EntryType.EntryNormal,
            "22080A026B3112027631A2060A0884D4C1AD9FBFA8B441",
            "put              key=\"k1\" value=\"v1\""),
        Arguments.of(
            "3.4 delete range",
            EntryType.EntryNormal,
            "2A060A016B12016CA2060A088DD4C1AD9FBFA8B441",
            "delete_range     key=\"k\" range_end=\"l\""),
        Arguments.of(
            "3.4 lease grant",
            EntryType.EntryNormal,
            "420C081E108BD4C1AD9FBFA8B441A2060A088CD4C1AD9FBFA8B441",
            "lease_grant      TTL=30 ID=4713195104984132107"),
        Arguments.of(
            "3.4 member attributes",
            EntryType.EntryNormal,
            "0882D2C1AD9FBFE89E2912035055541A262F302F6D656D626572732F6632626433366237303433343239"
                + "33642F6174747269627574657322357B226E616D65223A226D32222C22636C69656E7455524C7322"
                + "3A5B22687474703A2F2F3132372E302E302E313A3233303032225D7D280032003800480050005800"
                + "6000680070007800800100",
            "v2_request       PUT /0/members/f2bd36b70434293d/attributes (133 bytes)"),
        Arguments.of(
            "3.4 cluster version",
            EntryType.EntryNormal,
            "0884C8C1AD9FBFE8B5B30112035055541A0A2F302F76657273696F6E2205332E342E3028003200380048"
                + "005000580060006800700078008001"
                + "00",
            "v2_request       PUT /0/version (58 bytes)"),
        Arguments.of(
            "3.4 conf change",
            EntryType.EntryConfChange,
            "0889D4C1AD9FBFA8B44110031899F1F4FBFC9BD59B2922517B226964223A323936393933353739393530"
                + "393636313834392C227065657255524C73223A5B22687474703A2F2F3132372E302E302E313A3233"
                + "303230225D2C2269734C6561726E6572223A747275657D",
            "conf_change      AddLearnerNode 293754dfcf7d3899 {\"id\":2969935799509661849,"
                + "\"peerURLs\":[\"http://127.0.0.1:23020\"],\"isLearner\":true}"),
        Arguments.of(
            "3.7 compaction",
            EntryType.EntryNormal,
            "3A020802A2060B08849EDDB59FBFA8C98701",
            "compaction       revision=2"),
        Arguments.of(
            "3.7 cluster version",
            EntryType.EntryNormal,
            "A2060A088288DBB59FBFE88458A251070A05332E372E30",
            "cluster_version_set ver=3.7.0"),
        Arguments.of(
            "3.7 member attributes",
            EntryType.EntryNormal,
            "A2060B088198DBB59FBFE88EC101AA5129089D82D78F8BE9E0D9BF01121C0A026D321216687474703A2F"
                + "2F3132372E302E302E313A3234303032",
            "cluster_member_attr_set member_ID=bfb38348b1f5c11d member_attributes={name=m2"
                + " client_urls=[http://127.0.0.1:24002]}"),
        Arguments.of(
            "3.7 user add, without its password",
            EntryType.EntryNormal,
            "A2060B08859EDDB59FBFA8C98701E244590A036A6F651A0022504A444A684A4445774A4670304C306450"
                + "6156566F53484935546E466C566C46316456427261485678563235446332307A537A6C45526E4E50"
                + "5632747A5A6B7335596B317864464E4B5745685363575175",
            "auth_user_add    name=\"joe\" options={} hashedPassword=***"),
        Arguments.of("new leader", EntryType.EntryNormal, "", "empty"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("golden")
  void readsRealEntries(String name, EntryType type, String hex, String expected) {
    assertThat(TEXT.line(event(type, hex))).isEqualTo("       9    2  " + expected);
  }

  @Test
  void jsonKeepsEtcdsForm() {
    assertThat(
            JSON.line(
                event(EntryType.EntryNormal, "22080A026B3112027631A2060A0884D4C1AD9FBFA8B441")))
        .isEqualTo(
            "{\"index\":9,\"term\":2,\"type\":\"put\",\"bytes\":23,"
                + "\"request\":{\"key\":\"azE=\",\"value\":\"djE=\"}}");
    assertThat(
            JSON.line(
                event(
                    EntryType.EntryNormal,
                    "A2060B088198DBB59FBFE88EC101AA5129089D82D78F8BE9E0D9BF01121C0A026D3212166874"
                        + "74703A2F2F3132372E302E302E313A3234303032")))
        .contains("\"member_ID\":13813528830322000157");
  }

  @Test
  void readsTransactions() {
    TxnRequest txn =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setTarget(Compare.CompareTarget.VALUE)
                    .setKey(ByteString.copyFromUtf8("k"))
                    .setValue(ByteString.copyFromUtf8("old")))
            .addSuccess(
                RequestOp.newBuilder()
                    .setRequestPut(
                        PutRequest.newBuilder()
                            .setKey(ByteString.copyFromUtf8("k"))
                            .setValue(ByteString.copyFrom(new byte[] {0, '"', (byte) 0xff}))))
            .build();
    FeedEvent event =
        event(
            EntryType.EntryNormal,
            InternalRaftRequest.newBuilder().setTxn(txn).build().toByteString());

    assertThat(TEXT.line(event))
        .endsWith(
            "txn              compare=[{target=VALUE key=\"k\" value=\"old\"}]"
                + " success=[{request_put={key=\"k\" value=\"\\x00\\\"\\xff\"}}]");
  }

  @Test
  void readsJointConfChanges() {
    ConfChangeV2 change =
        ConfChangeV2.newBuilder()
            .addChanges(
                ConfChangeSingle.newBuilder()
                    .setType(ConfChangeType.ConfChangeRemoveNode)
                    .setNodeId(-1))
            .build();

    assertThat(TEXT.line(event(EntryType.EntryConfChangeV2, change.toByteString())))
        .endsWith("conf_change      RemoveNode ffffffffffffffff");
  }

  @Test
  void showsWhatItCannotReadAsTypeAndSize() {
    assertThat(TEXT.line(event(EntryType.EntryNormal, "FFFFFF")))
        .endsWith("unknown          EntryNormal that does not parse (3 bytes)");
    assertThat(TEXT.line(event(EntryType.EntryNormal, "CAF40100")))
        .endsWith("unknown          request with field [3913] (4 bytes)");
    assertThat(TEXT.line(event(EntryType.EntryConfChange, "0A")))
        .endsWith("unknown          EntryConfChange that does not parse (1 bytes)");
  }

  @Test
  void longValuesAreCutInText() {
    PutRequest put = PutRequest.newBuilder().setValue(ByteString.copyFrom(new byte[100])).build();
    FeedEvent event =
        event(
            EntryType.EntryNormal,
            InternalRaftRequest.newBuilder().setPut(put).build().toByteString());

    assertThat(TEXT.line(event)).endsWith("\\x00\"… (100 bytes)");
  }
}
