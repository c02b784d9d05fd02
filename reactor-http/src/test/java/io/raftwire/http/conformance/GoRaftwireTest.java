// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.raftpb.Message;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Etcd's own transport on the left, Raftwire on the right. */
@Tag("interop")
class GoRaftwireTest extends TransportConformanceTest {

  @Override
  TestPeer newLeft(TestPeer.Spec spec) {
    return new GoPeer(spec);
  }

  @Override
  TestPeer newRight(TestPeer.Spec spec) {
    return new RaftwirePeer(spec);
  }

  /**
   * A difference: rafthttp writes each MsgApp whose index and terms fit as its entries and commit
   * index, whatever else it says, and takes its entries to be consecutive. Those of raft are, and
   * say no more. Raftwire refuses a compact frame with a gap.
   */
  @Override
  boolean sparesCompactFramesWhatTheyCannotCarry() {
    return false;
  }

  /**
   * A difference: rafthttp gives up a stream that is not read for five seconds, although the reader
   * gives signs of life. Here that is not read as trouble of the link: the streams come back, and
   * what the Go member had not yet written when it gave up is lost, as it reports.
   */
  @Test
  void aGoWriterGivesUpAReaderThatRests() {
    TestPeer go = left();
    TestPeer resting = right();
    resting.pauseReading();
    AtomicInteger number = new AtomicInteger();
    long before = go.unreachableReports();
    Await.until(
        "it gives up",
        Duration.ofSeconds(30),
        () -> {
          for (int i = 0; i < 20; i++) {
            go.send(TestMessages.bulk(go.id(), resting.id(), number.incrementAndGet(), 60_000));
          }
          return go.unreachableReports() > before;
        });
    resting.resumeReading();
    Await.until(
        "it gets through again",
        () -> {
          go.send(TestMessages.numbered(go.id(), resting.id(), number.incrementAndGet()));
          return resting.received().stream().anyMatch(m -> m.getIndex() == number.get());
        });
    awaitConnected();
    assertThat(resting.received().stream().map(Message::getIndex)).doesNotHaveDuplicates();
  }
}
