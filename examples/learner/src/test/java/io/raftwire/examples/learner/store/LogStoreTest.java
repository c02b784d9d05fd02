// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.raftwire.examples.learner.store.LogStore.Change;
import io.raftwire.examples.learner.store.LogStore.Page;
import io.raftwire.examples.learner.store.LogStore.SnapshotRow;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.EntryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogStoreTest {

  @TempDir Path directory;

  private LogStore store;

  @BeforeEach
  void open() {
    store = LogStore.open(directory);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void reopen() {
    store.close();
    open();
  }

  private static List<Entry> entries(long from, long to, long term) {
    return LongStream.rangeClosed(from, to).mapToObj(index -> entry(index, term)).toList();
  }

  private static Entry entry(long index, long term) {
    return Entry.newBuilder()
        .setIndex(index)
        .setTerm(term)
        .setData(ByteString.copyFromUtf8("data " + index))
        .build();
  }

  private void save(long commit, List<Entry> entries) {
    store.save(new Change(3, commit, 1, null, entries, null));
  }

  @Test
  void beginsEmpty() {
    assertThat(store.load()).isEqualTo(new LogStore.State(0, 0, 0, List.of(), null));
    assertThat(store.read(1, 10, 1_000).entries()).isEmpty();
  }

  @Test
  void keepsEverythingOverARestart() {
    Entry change =
        Entry.newBuilder()
            .setIndex(3)
            .setTerm(-1L)
            .setType(EntryType.EntryConfChange)
            .setData(ByteString.EMPTY)
            .build();
    store.save(new Change(-1L, 1, 1, null, entries(1, 2, 1), "members"));
    store.save(new Change(-1L, 1, 1, null, List.of(change), null));
    reopen();

    assertThat(store.load())
        .isEqualTo(new LogStore.State(-1L, 1, 1, List.of(entry(2, 1), change), "members"));
  }

  @Test
  void entriesReplaceWhatComesAfterThem() {
    save(1, entries(1, 5, 1));
    save(1, entries(3, 3, 2));
    reopen();

    assertThat(store.load().tail()).containsExactly(entry(2, 1), entry(3, 2));
  }

  @Test
  void readsWhatIsCommittedInPages() {
    save(5, entries(1, 8, 1));

    assertThat(store.read(1, 3, 1_000).entries()).isEqualTo(entries(1, 3, 1));
    assertThat(store.read(4, 3, 1_000).entries()).isEqualTo(entries(4, 5, 1));
    assertThat(store.read(6, 3, 1_000).entries()).isEmpty();
    assertThat(store.read(1, 3, 14).entries()).isEqualTo(entries(1, 2, 1));
    assertThat(store.read(1, 3, 1).entries()).as("one at least").isEqualTo(entries(1, 1, 1));
  }

  @Test
  void snapshotCoversAGap() {
    save(2, entries(1, 3, 1));
    store.save(new Change(3, 101, 2, new SnapshotRow(100, 2, 4_096), entries(101, 101, 2), null));
    reopen();

    assertThat(store.read(1, 10, 1_000).entries()).isEqualTo(entries(1, 2, 1));
    Page gap = store.read(3, 10, 1_000);
    assertThat(gap.entries()).isEmpty();
    assertThat(gap.snapshot()).isEqualTo(new SnapshotRow(100, 2, 4_096));
    assertThat(store.read(101, 10, 1_000).entries()).isEqualTo(entries(101, 101, 2));
    assertThat(store.load().tail()).isEmpty();
  }

  @Test
  void trims() {
    save(8, entries(1, 8, 1));
    assertThat(store.trim(5, 3)).isEmpty();

    Page gone = store.read(1, 10, 1_000);
    assertThat(gone.entries()).isEmpty();
    assertThat(gone.snapshot()).isNull();
    assertThat(gone.firstKept()).isEqualTo(5);
    assertThat(store.read(5, 10, 1_000).entries()).isEqualTo(entries(5, 8, 1));
  }

  @Test
  void keepsTheNewestSnapshots() {
    for (long index = 10; index <= 50; index += 10) {
      store.save(new Change(3, index, 1, new SnapshotRow(index, 1, 1), List.of(), null));
    }
    assertThat(store.trim(0, 2)).containsExactlyInAnyOrder(40L, 50L);
  }

  @Test
  void saysWhatIsNotAStore() throws Exception {
    Path other = directory.resolve("other");
    Files.createDirectories(other);
    Files.writeString(other.resolve("log.sqlite"), "no database at all, but long enough".repeat(9));

    assertThatThrownBy(() -> LogStore.open(other))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("log.sqlite");
  }
}
