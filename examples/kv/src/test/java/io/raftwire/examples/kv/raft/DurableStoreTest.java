// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.microraft.RaftEndpoint;
import io.microraft.model.impl.DefaultRaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.persistence.RestoredRaftState;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.Put;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableStoreTest {

  private final DefaultRaftModelFactory models = new DefaultRaftModelFactory();
  private final KvEndpoint self = new KvEndpoint(MemberId.of(-1), "m1", List.of("http://h:1"));
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  @TempDir private Path dir;

  @Test
  void aMemberThatVotedForNobodyIsRestoredAllTheSame() throws Exception {
    DurableStore store = started();
    store.persistAndFlushTerm(models.createRaftTermPersistentStateBuilder().setTerm(7).build());
    store.persistLogEntries(List.of(entry(1, 10)));
    store.flush();
    store.onRaftNodeTerminate();

    RestoredRaftState restored = open().restore().orElseThrow();
    assertThat(restored.getTermPersistentState().getTerm()).isEqualTo(7);
    assertThat(restored.getTermPersistentState().getVotedFor()).isNull();
    assertThat(restored.getLogEntries()).hasSize(1);
  }

  @Test
  void aVoteIsRestored() throws Exception {
    DurableStore store = started();
    store.persistAndFlushTerm(
        models
            .createRaftTermPersistentStateBuilder()
            .setTerm(7)
            .setVotedFor(KvEndpoint.ofId(MemberId.of(5)))
            .build());
    store.onRaftNodeTerminate();
    RaftEndpoint votedFor = open().restore().orElseThrow().getTermPersistentState().getVotedFor();
    assertThat(votedFor).isEqualTo(KvEndpoint.ofId(MemberId.of(5)));
  }

  @Test
  void aBatchBeyondSqlitesBoundsIsWritten() throws Exception {
    DurableStore store = started();
    store.persistAndFlushTerm(models.createRaftTermPersistentStateBuilder().setTerm(1).build());
    List<LogEntry> entries = new ArrayList<>();
    for (int i = 1; i <= 2500; i++) {
      entries.add(entry(i, 1000));
    }
    store.persistLogEntries(entries);
    store.flush();
    store.onRaftNodeTerminate();
    assertThat(failure).hasValue(null);
    assertThat(open().restore().orElseThrow().getLogEntries())
        .extracting(LogEntry::getIndex)
        .hasSize(2500)
        .endsWith(2500L);
  }

  @Test
  void largeEntriesAreWrittenAndRead() throws Exception {
    DurableStore store = started();
    store.persistAndFlushTerm(models.createRaftTermPersistentStateBuilder().setTerm(1).build());
    store.persistLogEntries(List.of(entry(1, 8 << 20), entry(2, 8 << 20)));
    store.flush();
    store.onRaftNodeTerminate();
    Operation operation =
        (Operation) open().restore().orElseThrow().getLogEntries().get(1).getOperation();
    assertThat(operation.getPut().getValue().size()).isEqualTo(8 << 20);
  }

  private DurableStore started() throws Exception {
    DurableStore store = open();
    assertThat(store.restore()).isEmpty();
    store.persistAndFlushLocalEndpoint(
        models
            .createRaftEndpointPersistentStateBuilder()
            .setLocalEndpoint(self)
            .setVoting(true)
            .build());
    store.persistAndFlushInitialGroupMembers(
        models
            .createRaftGroupMembersViewBuilder()
            .setLogIndex(0)
            .setMembers(List.of(self))
            .setVotingMembers(List.of(self))
            .build());
    return store;
  }

  private DurableStore open() {
    return DurableStore.open(dir.resolve("raft.sqlite"), models, failure::set);
  }

  private LogEntry entry(long index, int size) {
    return models
        .createLogEntryBuilder()
        .setIndex(index)
        .setTerm(1)
        .setOperation(
            Operation.newBuilder()
                .setPut(Put.newBuilder().setValue(ByteString.copyFrom(new byte[size])))
                .build())
        .build();
  }
}
