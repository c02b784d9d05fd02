// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import io.microraft.RaftEndpoint;
import io.microraft.lifecycle.RaftNodeLifecycleAware;
import io.microraft.model.RaftModelFactory;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.persistence.RestoredRaftState;
import io.microraft.store.sqlite.RaftSqliteStore;
import io.raftwire.MemberId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * MicroRaft's SQLite store (WAL, synced on every flush), with what a member that may be killed at
 * any time needs besides:
 *
 * <ul>
 *   <li>The store of 0.7 restores nothing if the member had not voted in its last term, and the
 *       member would begin again without its log. So «voted for nobody» is stored as a vote for
 *       member 0, which nobody is.
 *   <li>Many entries go in several statements, each well below SQLite's bounds of variables and
 *       length.
 *   <li>A store that fails ends the member: what it would answer after that is not on its disk.
 * </ul>
 *
 * <p>All methods are called on the raft thread.
 */
public final class DurableStore implements RaftStore, RaftNodeLifecycleAware {

  private static final KvEndpoint NOBODY = KvEndpoint.ofId(MemberId.of(0));
  private static final int ENTRIES_A_STATEMENT = 100;

  private static final String LIBRARY_DIR = "org.sqlite.tmpdir";

  private final RaftSqliteStore sqlite;
  private final RaftModelFactory models;
  private final Consumer<Throwable> onFailure;

  private DurableStore(
      RaftSqliteStore sqlite, RaftModelFactory models, Consumer<Throwable> onFailure) {
    this.sqlite = sqlite;
    this.models = models;
    this.onFailure = onFailure;
  }

  /**
   * Opens or creates the store. Blocks on the disk.
   *
   * @param onFailure told of the first failure and of any after it
   */
  public static DurableStore open(
      Path file, RaftModelFactory models, Consumer<Throwable> onFailure) {
    // jOOQ greets on standard output unless told not to.
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    // Where the driver puts its library: a member that is killed leaves it there.
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null && System.getProperty(LIBRARY_DIR) == null) {
      System.setProperty(LIBRARY_DIR, directory.toString());
    }
    RaftSqliteStore sqlite =
        RaftSqliteStore.create(file.toFile(), models, new StoreSerializer(models));
    return new DurableStore(sqlite, models, onFailure);
  }

  /** What an earlier run left; empty if this is the first. Blocks on the disk. */
  public Optional<RestoredRaftState> restore() {
    return sqlite
        .getRestoredRaftState(true)
        .map(
            state -> {
              RaftTermPersistentState term = state.getTermPersistentState();
              if (!NOBODY.equals(term.getVotedFor())) {
                return state;
              }
              return new RestoredRaftState(
                  state.getLocalEndpointPersistentState(),
                  state.getInitialGroupMembers(),
                  models.createRaftTermPersistentStateBuilder().setTerm(term.getTerm()).build(),
                  state.getSnapshotEntry(),
                  state.getLogEntries());
            });
  }

  @Override
  public void persistAndFlushTerm(RaftTermPersistentState term) throws IOException {
    RaftEndpoint votedFor = term.getVotedFor();
    run(
        () ->
            sqlite.persistAndFlushTerm(
                models
                    .createRaftTermPersistentStateBuilder()
                    .setTerm(term.getTerm())
                    .setVotedFor(votedFor == null ? NOBODY : votedFor)
                    .build()));
  }

  @Override
  public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
    run(() -> sqlite.persistAndFlushLocalEndpoint(state));
  }

  @Override
  public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members) throws IOException {
    run(() -> sqlite.persistAndFlushInitialGroupMembers(members));
  }

  @Override
  public void persistLogEntries(List<LogEntry> entries) throws IOException {
    run(
        () -> {
          for (int from = 0; from < entries.size(); from += ENTRIES_A_STATEMENT) {
            int to = Math.min(entries.size(), from + ENTRIES_A_STATEMENT);
            sqlite.persistLogEntries(entries.subList(from, to));
          }
        });
  }

  @Override
  public void persistSnapshotChunk(SnapshotChunk chunk) throws IOException {
    run(() -> sqlite.persistSnapshotChunk(chunk));
  }

  @Override
  public void truncateLogEntriesFrom(long index) throws IOException {
    run(() -> sqlite.truncateLogEntriesFrom(index));
  }

  @Override
  public void truncateLogEntriesUntil(long index) throws IOException {
    run(() -> sqlite.truncateLogEntriesUntil(index));
  }

  @Override
  public void deleteSnapshotChunks(long index, int chunks) throws IOException {
    run(() -> sqlite.deleteSnapshotChunks(index, chunks));
  }

  @Override
  public void flush() throws IOException {
    run(sqlite::flush);
  }

  @Override
  public void onRaftNodeTerminate() {
    sqlite.onRaftNodeTerminate();
  }

  // jOOQ's exceptions are unchecked; MicroRaft expects checked ones.
  private void run(Runnable work) throws IOException {
    try {
      work.run();
    } catch (RuntimeException e) {
      onFailure.accept(e);
      throw new IOException("the store failed: " + e.getMessage(), e);
    }
  }
}
