// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.microraft.MembershipChangeMode;
import io.microraft.RaftEndpoint;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.AppendEntriesRequest;
import io.microraft.model.message.RaftMessage;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.Put;
import io.raftwire.examples.kv.proto.RequestId;
import io.raftwire.raftpb.ConfChange;
import io.raftwire.raftpb.ConfChangeType;
import io.raftwire.raftpb.EntryType;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageMapperTest {

  private static final int ROUNDS = 300;
  private static final List<MembershipChangeMode> MODES = List.of(MembershipChangeMode.values());

  private final RaftModelFactory models = new DefaultRaftModelFactory();
  private final MessageMapper mapper = new MessageMapper("group", models);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MsgVote",
        "MsgVoteResp",
        "MsgPreVote",
        "MsgPreVoteResp",
        "MsgApp",
        "MsgHeartbeat",
        "success",
        "failure",
        "MsgSnap",
        "snapshot-response",
        "MsgTimeoutNow"
      })
  void everyMessageSurvivesTheWire(String kind) throws Exception {
    Random random = new Random(kind.hashCode());
    for (int round = 0; round < ROUNDS; round++) {
      RaftMessage message = message(kind, random);
      RaftEndpoint target = endpoint(random);
      Message wire = mapper.toWire(target, message);
      if (kind.startsWith("Msg")) {
        assertThat(wire.getType()).isEqualTo(MessageType.valueOf(kind));
      }
      assertThat(wire.getTo()).isEqualTo(KvEndpoint.of(target).id().value());
      RaftMessage back = mapper.fromWire(Message.parseFrom(wire.toByteArray()));
      assertThat(facts(back)).isEqualTo(facts(message));
    }
  }

  @Test
  void aMembershipEntryIsAConfChangeToWhoeverReadsRaftpb() throws Exception {
    Random random = new Random(1);
    KvEndpoint added = endpoint(random);
    LogEntry entry =
        models
            .createLogEntryBuilder()
            .setIndex(7)
            .setTerm(3)
            .setOperation(
                models
                    .createUpdateRaftGroupMembersOpBuilder()
                    .setMode(MembershipChangeMode.ADD_LEARNER)
                    .setEndpoint(added)
                    .setMembers(Set.of(added))
                    .setVotingMembers(Set.of())
                    .build())
            .build();
    var wire = MessageMapper.toWire(entry);
    assertThat(wire.getType()).isEqualTo(EntryType.EntryConfChange);
    ConfChange change = ConfChange.parseFrom(wire.getData());
    assertThat(change.getType()).isEqualTo(ConfChangeType.ConfChangeAddLearnerNode);
    assertThat(change.getNodeId()).isEqualTo(added.id().value());
  }

  @Test
  void theFirstEntryOfATermIsEmptyAsInEtcd() {
    LogEntry entry =
        models
            .createLogEntryBuilder()
            .setIndex(1)
            .setTerm(1)
            .setOperation(Operation.getDefaultInstance())
            .build();
    assertThat(MessageMapper.toWire(entry).getData()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void aLongBatchIsCutToItsFirstEntries() {
    MessageMapper small = new MessageMapper("group", models, 1100);
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 1; i <= 10; i++) {
      entries.add(put(i, 1, 300));
    }
    Message wire = small.toWire(KvEndpoint.ofId(MemberId.of(2)), append(entries));
    assertThat(wire.getEntriesCount()).isEqualTo(3);
    AppendEntriesRequest back = (AppendEntriesRequest) small.fromWire(wire);
    assertThat(back.getLogEntries()).extracting(LogEntry::getIndex).containsExactly(1L, 2L, 3L);
  }

  @Test
  void anEntryLargerThanABatchGoesAlone() {
    MessageMapper small = new MessageMapper("group", models, 1000);
    Message wire =
        small.toWire(
            KvEndpoint.ofId(MemberId.of(2)), append(List.of(put(1, 1, 5000), put(2, 1, 1))));
    assertThat(wire.getEntriesCount()).isEqualTo(1);
  }

  @Test
  void aTermBeyondMicroRaftIsRefusedWithBothNumbers() {
    Message wire =
        mapper
            .toWire(KvEndpoint.ofId(MemberId.of(2)), message("MsgVote", new Random(1)))
            .toBuilder()
            .setTerm(-1)
            .build();
    assertThatThrownBy(() -> mapper.fromWire(wire))
        .isInstanceOf(UnmappableMessageException.class)
        .hasMessageContaining("18446744073709551615")
        .hasMessageContaining("2147483647");
    Message justBeyond = wire.toBuilder().setTerm(1L << 31).build();
    assertThatThrownBy(() -> mapper.fromWire(justBeyond))
        .isInstanceOf(UnmappableMessageException.class);
    Message justWithin = wire.toBuilder().setTerm((1L << 31) - 1).build();
    assertThat(mapper.fromWire(justWithin).getTerm()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void anIndexBeyondMicroRaftIsRefused() {
    Message wire =
        mapper
            .toWire(KvEndpoint.ofId(MemberId.of(2)), message("MsgVote", new Random(1)))
            .toBuilder()
            .setIndex(Long.MIN_VALUE)
            .build();
    assertThatThrownBy(() -> mapper.fromWire(wire))
        .isInstanceOf(UnmappableMessageException.class)
        .hasMessageContaining("9223372036854775808");
  }

  @Test
  void whatAnotherProgramSendsIsRefused() {
    assertThatThrownBy(
            () -> mapper.fromWire(Message.newBuilder().setType(MessageType.MsgHeartbeat).build()))
        .isInstanceOf(UnmappableMessageException.class)
        .hasMessageContaining("context version: 0");
    Message garbled =
        Message.newBuilder()
            .setType(MessageType.MsgApp)
            .setContext(ByteString.copyFromUtf8("garbage"))
            .build();
    assertThatThrownBy(() -> mapper.fromWire(garbled))
        .isInstanceOf(UnmappableMessageException.class);
    Message wrongType =
        mapper
            .toWire(KvEndpoint.ofId(MemberId.of(2)), message("MsgVote", new Random(1)))
            .toBuilder()
            .setType(MessageType.MsgApp)
            .build();
    assertThatThrownBy(() -> mapper.fromWire(wrongType))
        .isInstanceOf(UnmappableMessageException.class)
        .hasMessageContaining("expected: MsgVote");
  }

  private RaftMessage append(List<LogEntry> entries) {
    return models
        .createAppendEntriesRequestBuilder()
        .setGroupId("group")
        .setSender(KvEndpoint.ofId(MemberId.of(1)))
        .setTerm(1)
        .setLogEntries(entries)
        .build();
  }

  private RaftMessage message(String kind, Random random) {
    RaftEndpoint sender = endpoint(random);
    int term = random.nextInt(Integer.MAX_VALUE);
    return switch (kind) {
      case "MsgVote" ->
          models
              .createVoteRequestBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(number(random))
              .setLastLogIndex(index(random))
              .setSticky(random.nextBoolean())
              .build();
      case "MsgVoteResp" ->
          models
              .createVoteResponseBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setGranted(random.nextBoolean())
              .build();
      case "MsgPreVote" ->
          models
              .createPreVoteRequestBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(number(random))
              .setLastLogIndex(index(random))
              .build();
      case "MsgPreVoteResp" ->
          models
              .createPreVoteResponseBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setGranted(random.nextBoolean())
              .build();
      case "MsgApp", "MsgHeartbeat" ->
          models
              .createAppendEntriesRequestBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setPreviousLogTerm(number(random))
              .setPreviousLogIndex(index(random))
              .setCommitIndex(index(random))
              .setLogEntries(kind.equals("MsgApp") ? entries(random) : List.of())
              .setQuerySequenceNumber(index(random))
              .setFlowControlSequenceNumber(index(random))
              .build();
      case "success" ->
          models
              .createAppendEntriesSuccessResponseBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setLastLogIndex(index(random))
              .setQuerySequenceNumber(index(random))
              .setFlowControlSequenceNumber(index(random))
              .build();
      case "failure" ->
          models
              .createAppendEntriesFailureResponseBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setExpectedNextIndex(index(random))
              .setQuerySequenceNumber(index(random))
              .setFlowControlSequenceNumber(index(random))
              .build();
      case "MsgSnap" -> installSnapshot(sender, term, random);
      case "snapshot-response" ->
          models
              .createInstallSnapshotResponseBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setSnapshotIndex(index(random))
              .setRequestedSnapshotChunkIndex(number(random))
              .setQuerySequenceNumber(index(random))
              .setFlowControlSequenceNumber(index(random))
              .build();
      case "MsgTimeoutNow" ->
          models
              .createTriggerLeaderElectionRequestBuilder()
              .setGroupId("group")
              .setSender(sender)
              .setTerm(term)
              .setLastLogTerm(number(random))
              .setLastLogIndex(index(random))
              .build();
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private RaftMessage installSnapshot(RaftEndpoint sender, int term, Random random) {
    RaftGroupMembersView view = view(random);
    int snapshotTerm = number(random);
    long snapshotIndex = index(random);
    int chunks = 1 + random.nextInt(100);
    SnapshotChunk chunk =
        random.nextBoolean()
            ? null
            : models
                .createSnapshotChunkBuilder()
                .setIndex(snapshotIndex)
                .setTerm(snapshotTerm)
                .setOperation(data(random))
                .setSnapshotChunkIndex(random.nextInt(chunks))
                .setSnapshotChunkCount(chunks)
                .setGroupMembersView(view)
                .build();
    return models
        .createInstallSnapshotRequestBuilder()
        .setGroupId("group")
        .setSender(sender)
        .setTerm(term)
        .setSenderLeader(random.nextBoolean())
        .setSnapshotTerm(snapshotTerm)
        .setSnapshotIndex(snapshotIndex)
        .setTotalSnapshotChunkCount(chunks)
        .setSnapshotChunk(chunk)
        .setSnapshottedMembers(List.copyOf(endpoints(random)))
        .setGroupMembersView(view)
        .setQuerySequenceNumber(index(random))
        .setFlowControlSequenceNumber(index(random))
        .build();
  }

  private List<LogEntry> entries(Random random) {
    List<LogEntry> entries = new ArrayList<>();
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(4) > 0) {
        entries.add(put(index(random), number(random), random.nextInt(50)));
      } else {
        Set<RaftEndpoint> members = endpoints(random);
        entries.add(
            models
                .createLogEntryBuilder()
                .setIndex(index(random))
                .setTerm(number(random))
                .setOperation(
                    models
                        .createUpdateRaftGroupMembersOpBuilder()
                        .setMode(MODES.get(random.nextInt(MODES.size())))
                        .setEndpoint(endpoint(random))
                        .setMembers(members)
                        .setVotingMembers(some(members, random))
                        .build())
                .build());
      }
    }
    return entries;
  }

  private LogEntry put(long index, int term, int size) {
    return models
        .createLogEntryBuilder()
        .setIndex(index)
        .setTerm(term)
        .setOperation(
            Operation.newBuilder()
                .setRequest(RequestId.newBuilder().setMember(1).setRun(2).setSequence(index))
                .setPut(
                    Put.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k" + index))
                        .setValue(ByteString.copyFrom(new byte[size])))
                .build())
        .build();
  }

  private RaftGroupMembersView view(Random random) {
    Set<RaftEndpoint> members = endpoints(random);
    return models
        .createRaftGroupMembersViewBuilder()
        .setLogIndex(index(random))
        .setMembers(members)
        .setVotingMembers(some(members, random))
        .build();
  }

  private static Set<RaftEndpoint> endpoints(Random random) {
    Set<RaftEndpoint> endpoints = new LinkedHashSet<>();
    int count = 1 + random.nextInt(5);
    while (endpoints.size() < count) {
      endpoints.add(endpoint(random));
    }
    return endpoints;
  }

  private static Set<RaftEndpoint> some(Set<RaftEndpoint> members, Random random) {
    Set<RaftEndpoint> some = new LinkedHashSet<>(members);
    some.removeIf(member -> random.nextInt(3) == 0);
    return some;
  }

  private static KvEndpoint endpoint(Random random) {
    return new KvEndpoint(
        MemberId.of(random.nextLong()),
        "m" + random.nextInt(100),
        List.of("http://h:" + random.nextInt(100)));
  }

  private static ByteString data(Random random) {
    byte[] bytes = new byte[random.nextInt(1000)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static int number(Random random) {
    return random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(1000);
  }

  private static long index(Random random) {
    return random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextInt(1000);
  }

  // All that a message's getters say, whatever its class; endpoints with their names and URLs
  // except
  // for the sender, of whom the wire has the id.
  private static Map<String, Object> facts(Object model) throws Exception {
    Map<String, Object> facts = new LinkedHashMap<>();
    Method[] methods = model.getClass().getMethods();
    Arrays.sort(methods, Comparator.comparing(Method::getName));
    for (Method method : methods) {
      String name = method.getName();
      boolean getter =
          method.getParameterCount() == 0
              && (name.startsWith("get") || name.startsWith("is"))
              && !method.getDeclaringClass().equals(Object.class);
      if (getter && !method.isBridge()) {
        method.setAccessible(true);
        facts.put(name, fact(name, method.invoke(model)));
      }
    }
    return facts;
  }

  private static Object fact(String name, Object value) throws Exception {
    if (value instanceof KvEndpoint endpoint) {
      return name.equals("getSender")
          ? endpoint.id()
          : endpoint.id() + endpoint.name() + endpoint.peerUrls();
    }
    if (value instanceof Collection<?> collection) {
      List<Object> facts = new ArrayList<>();
      for (Object each : collection) {
        facts.add(fact("", each));
      }
      return facts;
    }
    if (value != null && value.getClass().getName().startsWith("io.microraft.model")) {
      return facts(value);
    }
    return String.valueOf(value instanceof ByteString bytes ? bytes.toStringUtf8() : value);
  }
}
