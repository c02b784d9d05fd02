// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import io.raftwire.examples.learner.store.LogStore;
import io.raftwire.examples.learner.store.LogStore.SnapshotRow;
import io.raftwire.raftpb.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongFunction;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * The committed log as a flux, read from the store: what is shown is durable, a slow subscriber
 * costs no memory, and any number of them may start anywhere.
 */
public final class Feed {

  private static final int PAGE_ENTRIES = 256;
  private static final long PAGE_BYTES = 4L * 1024 * 1024;

  private final LogStore store;
  private final LongFunction<Path> snapshotFile;
  private final Scheduler scheduler;
  private final Sinks.Many<Long> commits = Sinks.many().replay().latest();

  /**
   * A feed over a store.
   *
   * @param snapshotFile where the database of the snapshot at an index is kept
   * @param scheduler where the store is read; may block
   */
  public Feed(LogStore store, LongFunction<Path> snapshotFile, Scheduler scheduler) {
    this.store = store;
    this.snapshotFile = snapshotFile;
    this.scheduler = scheduler;
  }

  /** The store now holds the log, committed up to this index. One thread at a time. */
  public void committed(long index) {
    commits.tryEmitNext(index);
  }

  /** No more will be committed; subscribers complete once they have seen what there is. */
  public void complete() {
    commits.tryEmitComplete();
  }

  /**
   * All that is committed from an index on, and then what will be, until {@link #complete}. Fails
   * with an {@link IllegalArgumentException} if the log does not reach back so far.
   */
  public Flux<FeedEvent> from(long index) {
    return pages(index).concatMapIterable(page -> page, 1);
  }

  /**
   * The events of {@link #from} as they are read, many at a time and never none: what is committed
   * while a subscriber is busy comes as one page. A page is bounded in events and in bytes.
   */
  public Flux<List<FeedEvent>> pages(long index) {
    return Flux.defer(
        () -> {
          Cursor cursor = new Cursor(Math.max(index, 1));
          return commits
              .asFlux()
              .onBackpressureLatest()
              .concatMap(commit -> upTo(commit, cursor), 1);
        });
  }

  private Flux<List<FeedEvent>> upTo(long commit, Cursor cursor) {
    return Flux.defer(() -> page(commit, cursor))
        .repeat(() -> cursor.next <= commit)
        .subscribeOn(scheduler);
  }

  private Flux<List<FeedEvent>> page(long commit, Cursor cursor) {
    if (cursor.next > commit) {
      return Flux.empty();
    }
    LogStore.Page page = store.read(cursor.next, PAGE_ENTRIES, PAGE_BYTES);
    SnapshotRow snapshot = page.snapshot();
    if (snapshot != null) {
      cursor.next = snapshot.index() + 1;
      return Flux.just(List.of(event(snapshot)));
    }
    List<Entry> entries = page.entries();
    if (entries.isEmpty()) {
      return Flux.error(
          new IllegalArgumentException(
              "from index: "
                  + cursor.next
                  + " (expected: at least "
                  + page.firstKept()
                  + ", the oldest entry this learner has kept)"));
    }
    cursor.next += entries.size();
    return Flux.just(entries.stream().map(Feed::event).toList());
  }

  private static FeedEvent event(Entry entry) {
    return new FeedEvent.Committed(
        entry.getIndex(), entry.getTerm(), entry.getData().size(), EntryDecoder.decode(entry));
  }

  private FeedEvent event(SnapshotRow snapshot) {
    Path file = snapshotFile.apply(snapshot.index());
    return new FeedEvent.Snapshot(
        snapshot.index(),
        snapshot.term(),
        Files.isRegularFile(file) ? file : null,
        snapshot.bytes());
  }

  /** Where one subscriber is; touched by one thread at a time. */
  private static final class Cursor {
    private long next;

    Cursor(long next) {
      this.next = next;
    }
  }
}
