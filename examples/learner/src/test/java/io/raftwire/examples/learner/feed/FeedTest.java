// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.examples.learner.store.LogStore;
import io.raftwire.examples.learner.store.LogStore.Change;
import io.raftwire.examples.learner.store.LogStore.SnapshotRow;
import io.raftwire.raftpb.Entry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class FeedTest {

  private static final Duration SOON = Duration.ofSeconds(10);

  @TempDir Path directory;

  private LogStore store;
  private Feed feed;

  @BeforeEach
  void open() {
    store = LogStore.open(directory);
    feed = new Feed(store, index -> directory.resolve(index + ".db"), Schedulers.boundedElastic());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void commit(long from, long to) {
    List<Entry> entries =
        LongStream.rangeClosed(from, to)
            .mapToObj(index -> Entry.newBuilder().setIndex(index).setTerm(1))
            .map(entry -> entry.setData(ByteString.EMPTY).build())
            .toList();
    store.save(new Change(1, to, 1, null, entries, null));
    feed.committed(to);
  }

  private static Flux<Long> indexes(Flux<FeedEvent> events) {
    return events.map(FeedEvent::index);
  }

  @Test
  void showsWhatIsThereAndWhatComes() {
    commit(1, 700);
    StepVerifier.create(indexes(feed.from(1)).collectList())
        .then(() -> commit(701, 900))
        .then(() -> commit(901, 901))
        .then(feed::complete)
        .assertNext(
            seen -> assertThat(seen).isEqualTo(LongStream.rangeClosed(1, 901).boxed().toList()))
        .expectComplete()
        .verify(SOON);
  }

  @Test
  void whatComesWhileTheSubscriberIsBusyIsOnePage() {
    commit(1, 700);
    StepVerifier.create(feed.pages(1).map(List::size), 0)
        .thenRequest(3)
        .expectNext(256, 256, 188)
        .then(() -> LongStream.rangeClosed(701, 750).forEach(index -> commit(index, index)))
        .then(feed::complete)
        .thenRequest(Long.MAX_VALUE)
        .recordWith(ArrayList::new)
        .thenConsumeWhile(size -> true)
        .consumeRecordedWith(
            sizes -> {
              // The first may have been read before the last of them was committed.
              assertThat(sizes).hasSizeLessThanOrEqualTo(2);
              assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(50);
            })
        .expectComplete()
        .verify(SOON);
  }

  @Test
  void startsAnywhere() {
    commit(1, 10);
    StepVerifier.create(indexes(feed.from(9)))
        .expectNext(9L, 10L)
        .then(() -> commit(11, 11))
        .expectNext(11L)
        .thenCancel()
        .verify(SOON);
  }

  @Test
  void waitsForAnIndexThatIsNotThereYet() {
    commit(1, 3);
    StepVerifier.create(indexes(feed.from(5)))
        .expectSubscription()
        .then(() -> commit(4, 4))
        .expectNoEvent(Duration.ofMillis(100))
        .then(() -> commit(5, 5))
        .expectNext(5L)
        .thenCancel()
        .verify(SOON);
  }

  @Test
  void askedForOneItGivesOne() {
    commit(1, 1_000);
    StepVerifier.create(indexes(feed.from(1)), 1)
        .expectNext(1L)
        .expectNoEvent(Duration.ofMillis(100))
        .thenRequest(2)
        .expectNext(2L, 3L)
        .thenCancel()
        .verify(SOON);
  }

  @Test
  void snapshotStandsForWhatItCovers() {
    commit(1, 2);
    store.save(new Change(1, 50, 1, new SnapshotRow(50, 1, 77), List.of(), null));
    commit(51, 52);

    StepVerifier.create(feed.from(2))
        .expectNextMatches(event -> event.index() == 2)
        .expectNext(new FeedEvent.Snapshot(50, 1, null, 77))
        .expectNextMatches(event -> event.index() == 51)
        .expectNextMatches(event -> event.index() == 52)
        .thenCancel()
        .verify(SOON);
  }

  @Test
  void saysFromWhereOnItHasEntries() {
    commit(1, 10);
    store.trim(5, 1);

    StepVerifier.create(feed.from(2))
        .expectErrorMessage(
            "from index: 2 (expected: at least 5, the oldest entry this learner has kept)")
        .verify(SOON);
  }
}
