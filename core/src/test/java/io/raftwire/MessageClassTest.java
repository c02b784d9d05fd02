// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class MessageClassTest {

  @ParameterizedTest
  @CsvSource({
    "MsgHup, LOCAL",
    "MsgBeat, LOCAL",
    "MsgProp, PROPOSAL",
    "MsgApp, APPEND",
    "MsgAppResp, APPEND",
    "MsgVote, VOTE",
    "MsgVoteResp, VOTE",
    "MsgSnap, SNAPSHOT",
    "MsgHeartbeat, HEARTBEAT",
    "MsgHeartbeatResp, HEARTBEAT",
    "MsgUnreachable, LOCAL",
    "MsgSnapStatus, LOCAL",
    "MsgCheckQuorum, LOCAL",
    "MsgTransferLeader, OTHER",
    "MsgTimeoutNow, VOTE",
    "MsgReadIndex, READ_INDEX",
    "MsgReadIndexResp, READ_INDEX",
    "MsgPreVote, VOTE",
    "MsgPreVoteResp, VOTE",
    "MsgStorageAppend, LOCAL",
    "MsgStorageAppendResp, LOCAL",
    "MsgStorageApply, LOCAL",
    "MsgStorageApplyResp, LOCAL",
    "MsgForgetLeader, OTHER"
  })
  void everyTypeHasItsClass(MessageType type, MessageClass expected) {
    assertThat(MessageClass.of(type)).isEqualTo(expected);
    assertThat(MessageClass.of(Message.newBuilder().setType(type).build())).isEqualTo(expected);
  }

  @Test
  void everyTypeIsAmongThoseAbove() {
    assertThat(MessageType.values()).hasSize(24);
    for (MessageType type : MessageType.values()) {
      assertThat(MessageClass.of(type)).as("%s", type).isNotNull();
    }
  }

  @Test
  void votesAndHeartbeatsAreUrgentAndNothingElse() {
    Set<MessageClass> urgent = EnumSet.noneOf(MessageClass.class);
    Arrays.stream(MessageClass.values()).filter(MessageClass::urgent).forEach(urgent::add);
    assertThat(urgent).containsExactly(MessageClass.VOTE, MessageClass.HEARTBEAT);
  }

  @Test
  void labelsAreLowerCaseAndDistinct() {
    assertThat(Arrays.stream(MessageClass.values()).map(MessageClass::label))
        .doesNotHaveDuplicates()
        .allMatch(label -> label.matches("[a-z-]+"));
    assertThat(Arrays.stream(PeerChannel.values()).map(PeerChannel::label))
        .doesNotHaveDuplicates()
        .allMatch(label -> label.matches("[a-z]+"));
    assertThat(Arrays.stream(DropReason.values()).map(DropReason::label))
        .doesNotHaveDuplicates()
        .allMatch(label -> label.matches("[a-z-]+"));
    assertThat(Arrays.stream(LinkFailure.Reason.values()).map(LinkFailure.Reason::label))
        .doesNotHaveDuplicates()
        .allMatch(label -> label.matches("[a-z-]+"));
    assertThat(SendOutcome.values())
        .filteredOn(SendOutcome::queued)
        .containsExactly(SendOutcome.QUEUED);
  }
}
