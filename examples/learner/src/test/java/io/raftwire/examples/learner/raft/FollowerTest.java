// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.raftpb.ConfState;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FollowerTest {

  private static final long SELF = 0xf000000000000001L;
  private static final long LEADER = 7;
  private static final long LATER = 10_000_000_000L;

  /** A log with these terms from index 1 on, committed up to an index, in term 5. */
  private static Follower follower(int commit, long... terms) {
    List<Entry> tail = new ArrayList<>();
    for (int i = commit; i < terms.length; i++) {
      tail.add(entry(i + 1, terms[i]));
    }
    return new Follower(MemberId.of(SELF), 5, commit, commit == 0 ? 0 : terms[commit - 1], tail);
  }

  private static Entry entry(long index, long term) {
    return Entry.newBuilder().setIndex(index).setTerm(term).build();
  }

  private static Message.Builder message(MessageType type, long term) {
    return Message.newBuilder().setType(type).setFrom(LEADER).setTo(SELF).setTerm(term);
  }

  private static Message app(long index, long logTerm, long commit, long... terms) {
    Message.Builder app =
        message(MessageType.MsgApp, 5).setIndex(index).setLogTerm(logTerm).setCommit(commit);
    for (int i = 0; i < terms.length; i++) {
      app.addEntries(entry(index + 1 + i, terms[i]));
    }
    return app.build();
  }

  private static Step step(Follower follower, Message... messages) {
    Step step = new Step(-1);
    for (Message message : messages) {
      follower.step(message, LATER, step);
    }
    return step;
  }

  private static Message only(Step step) {
    assertThat(step.messages()).hasSize(1);
    return step.messages().get(0);
  }

  private static long[] l(long... numbers) {
    return numbers;
  }

  // log terms, committed | index, logTerm, leader's commit, entries' terms | acknowledged, commit,
  // stored indexes
  static Stream<Arguments> accepted() {
    return Stream.of(
        Arguments.of("empty log", l(), 0, app(0, 0, 0, 1, 1), 2, 0, l(1, 2)),
        Arguments.of("empty log, committed", l(), 0, app(0, 0, 9, 1, 1), 2, 2, l(1, 2)),
        Arguments.of("follows on", l(1, 1), 1, app(2, 1, 2, 5), 3, 2, l(3)),
        Arguments.of("only commits", l(1, 1, 1), 1, app(3, 1, 3), 3, 3, l()),
        Arguments.of("commit stops at what matches", l(1, 1, 1), 1, app(2, 1, 3), 2, 2, l()),
        Arguments.of("known already", l(1, 1, 1), 1, app(1, 1, 1, 1, 1), 3, 1, l()),
        Arguments.of("known in part", l(1, 1), 1, app(1, 1, 1, 1, 1, 5), 4, 1, l(3, 4)),
        Arguments.of("replaces a tail", l(1, 1, 2, 2, 2), 2, app(2, 1, 2, 5), 3, 2, l(3)),
        Arguments.of("replaces in the middle", l(1, 2, 2, 2), 1, app(2, 2, 1, 5, 5), 4, 1, l(3, 4)),
        Arguments.of("before the commit", l(1, 1, 1), 3, app(1, 1, 3, 1, 1), 3, 3, l()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("accepted")
  void accepts(
      String name, long[] log, int commit, Message app, long index, long committed, long[] stored) {
    Follower follower = follower(commit, log);
    Step step = step(follower, app);

    Message answer = only(step);
    assertThat(answer.getType()).isEqualTo(MessageType.MsgAppResp);
    assertThat(answer.getReject()).isFalse();
    assertThat(answer.getIndex()).isEqualTo(index);
    assertThat(answer.getTerm()).isEqualTo(5);
    assertThat(answer.getTo()).isEqualTo(LEADER);
    assertThat(answer.getFrom()).isEqualTo(SELF);
    assertThat(follower.commit()).isEqualTo(committed);
    assertThat(step.entries()).extracting(Entry::getIndex).containsExactly(boxed(stored));
  }

  private static Long[] boxed(long[] numbers) {
    Long[] boxed = new Long[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      boxed[i] = numbers[i];
    }
    return boxed;
  }

  static Stream<Arguments> rejected() {
    return Stream.of(
        Arguments.of("too far ahead", l(1, 1, 1), 1, app(9, 5, 0), 3, 1),
        Arguments.of("too far ahead of nothing", l(), 0, app(9, 5, 0), 0, 0),
        Arguments.of("other term", l(1, 1, 2), 1, app(3, 5, 0), 3, 2),
        Arguments.of("later terms are passed over", l(1, 2, 4, 4, 4), 1, app(4, 2, 0), 2, 2),
        Arguments.of("never below the commit", l(1, 3, 4, 4), 2, app(4, 1, 0), 2, 3));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejected")
  void rejectsWithHint(String name, long[] log, int commit, Message app, long hint, long hintTerm) {
    Step step = step(follower(commit, log), app);

    Message answer = only(step);
    assertThat(answer.getReject()).isTrue();
    assertThat(answer.getIndex()).isEqualTo(app.getIndex());
    assertThat(answer.getRejectHint()).isEqualTo(hint);
    assertThat(answer.getLogTerm()).isEqualTo(hintTerm);
    assertThat(step.needsStore()).isFalse();
  }

  @Test
  void oneAcknowledgementAnswersForABatch() {
    Step step = step(follower(0), app(0, 0, 0, 5), app(1, 5, 1, 5), app(2, 5, 2, 5));

    assertThat(only(step).getIndex()).isEqualTo(3);
    assertThat(step.entries()).hasSize(3);
    assertThat(step.committed()).extracting(Entry::getIndex).containsExactly(1L, 2L);
  }

  @Test
  void entriesReplacedWithinABatchAreNotStored() {
    Follower follower = follower(0);
    Message newer = app(1, 1, 0, 6).toBuilder().setTerm(6).setFrom(8).build();
    Step step = step(follower, app(0, 0, 0, 1, 1, 1), newer);

    assertThat(step.entries()).extracting(Entry::getTerm).containsExactly(1L, 6L);
    assertThat(follower.lastIndex()).isEqualTo(2);
    assertThat(step.messages()).extracting(Message::getTo).containsExactly(LEADER, 8L);
  }

  @Test
  void heartbeatCommitsAndReturnsItsContext() {
    Follower follower = follower(1, 1, 1, 1);
    ByteString context = ByteString.copyFromUtf8("read");
    Step step =
        step(
            follower,
            message(MessageType.MsgHeartbeat, 5).setCommit(2).setContext(context).build());

    Message answer = only(step);
    assertThat(answer.getType()).isEqualTo(MessageType.MsgHeartbeatResp);
    assertThat(answer.getContext()).isEqualTo(context);
    assertThat(follower.commit()).isEqualTo(2);
    assertThat(step.committed()).extracting(Entry::getIndex).containsExactly(2L);
  }

  @Test
  void heartbeatBeyondTheLogMeansThatTheLogWasLost() {
    Follower follower = follower(1, 1);
    Message heartbeat = message(MessageType.MsgHeartbeat, 5).setCommit(9).build();

    assertThatThrownBy(() -> step(follower, heartbeat))
        .isInstanceOf(LostLogException.class)
        .hasMessageContaining("ends at 1")
        .hasMessageContaining("up to 9");
  }

  @Test
  void followsAHigherTerm() {
    Follower follower = follower(0);
    Step step = step(follower, message(MessageType.MsgHeartbeat, 9).build());

    assertThat(follower.term()).isEqualTo(9);
    assertThat(follower.lead()).isEqualTo(LEADER);
    assertThat(step.needsStore()).isTrue();
    assertThat(step.newLeader()).isEqualTo(LEADER);
    assertThat(only(step).getTerm()).isEqualTo(9);
  }

  @Test
  void tellsADeposedLeaderTheTerm() {
    Message answer = only(step(follower(0), message(MessageType.MsgApp, 4).build()));

    assertThat(answer.getType()).isEqualTo(MessageType.MsgAppResp);
    assertThat(answer.getTerm()).isEqualTo(5);
    assertThat(answer.getIndex()).isZero();
  }

  @Test
  void unsignedTermsAreHigh() {
    Follower follower = follower(0);
    step(follower, message(MessageType.MsgHeartbeat, -1L).build());

    assertThat(follower.term()).isEqualTo(-1L);
    assertThat(step(follower, message(MessageType.MsgVote, 6).build()).messages()).isEmpty();
  }

  @Test
  void neverVotes() {
    Follower follower = follower(0);
    Message vote =
        only(step(follower, message(MessageType.MsgVote, 6).setIndex(9).setLogTerm(5).build()));
    assertThat(vote.getType()).isEqualTo(MessageType.MsgVoteResp);
    assertThat(vote.getReject()).isTrue();
    assertThat(vote.getTerm()).isEqualTo(6);
    assertThat(follower.term()).isEqualTo(6);

    Message preVote =
        only(step(follower, message(MessageType.MsgPreVote, 9).setIndex(9).setLogTerm(5).build()));
    assertThat(preVote.getType()).isEqualTo(MessageType.MsgPreVoteResp);
    assertThat(preVote.getReject()).isTrue();
    assertThat(follower.term()).as("a pre-vote changes no term").isEqualTo(6);
  }

  @Test
  void answersNoVoteWhileALeaderIsHeard() {
    Follower follower = follower(0);
    step(follower, message(MessageType.MsgHeartbeat, 5).build());
    Message vote = message(MessageType.MsgVote, 6).setFrom(8).build();

    assertThat(step(follower, vote).messages()).isEmpty();
    assertThat(follower.term()).isEqualTo(5);

    Message forced =
        vote.toBuilder().setContext(ByteString.copyFromUtf8("CampaignTransfer")).build();
    assertThat(only(step(follower, forced)).getReject()).isTrue();
    assertThat(follower.term()).isEqualTo(6);
  }

  private static Message snapshot(long index, long term, long learner) {
    return message(MessageType.MsgSnap, 5)
        .setSnapshot(
            Snapshot.newBuilder()
                .setMetadata(
                    SnapshotMetadata.newBuilder()
                        .setIndex(index)
                        .setTerm(term)
                        .setConfState(ConfState.newBuilder().addVoters(7).addLearners(learner))))
        .build();
  }

  @Test
  void snapshotTakesThePlaceOfTheLog() {
    Follower follower = follower(1, 1, 1);
    Step step = step(follower, snapshot(100, 4, SELF), app(100, 4, 101, 5, 5));

    assertThat(step.snapshot()).isNotNull();
    assertThat(step.entries()).extracting(Entry::getIndex).containsExactly(101L, 102L);
    assertThat(step.committed()).extracting(Entry::getIndex).containsExactly(101L);
    assertThat(only(step).getIndex()).isEqualTo(102);
    assertThat(follower.lastIndex()).isEqualTo(102);
  }

  @Test
  void snapshotOfWhatTheLogHasOnlyCommits() {
    Follower follower = follower(1, 1, 1, 1);
    Step step = step(follower, snapshot(3, 1, SELF));

    assertThat(step.snapshot()).isNull();
    assertThat(follower.commit()).isEqualTo(3);
    assertThat(only(step).getIndex()).isEqualTo(3);
  }

  @Test
  void snapshotThatIsOldOrForOthersIsLeft() {
    Follower follower = follower(2, 1, 1);

    assertThat(only(step(follower, snapshot(1, 1, SELF))).getIndex()).isEqualTo(2);
    assertThat(only(step(follower, snapshot(9, 5, 3))).getIndex()).isEqualTo(2);
    assertThat(follower.commit()).isEqualTo(2);
  }

  @Test
  void whatIsNotALearnersBusinessIsLeft() {
    for (MessageType type :
        List.of(MessageType.MsgTimeoutNow, MessageType.MsgReadIndexResp, MessageType.MsgVoteResp)) {
      Step step = step(follower(0), message(type, 5).build());
      assertThat(step.messages()).isEmpty();
      assertThat(step.needsStore()).isFalse();
    }
  }
}
