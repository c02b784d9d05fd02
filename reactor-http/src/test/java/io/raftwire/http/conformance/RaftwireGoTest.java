// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Raftwire on the left, etcd's own transport on the right. */
@Tag("interop")
class RaftwireGoTest extends TransportConformanceTest {

  @Override
  TestPeer newLeft(TestPeer.Spec spec) {
    return new RaftwirePeer(spec);
  }

  @Override
  TestPeer newRight(TestPeer.Spec spec) {
    return new GoPeer(spec);
  }

  /**
   * A difference: rafthttp does not push back when raft is behind. It reads on, keeps 4096
   * messages, and drops the others. The link stays up.
   */
  @Test
  void aGoReaderThatRestsDropsWhatIsOverItsQueue() {
    int count = 10_000;
    GoPeer go = (GoPeer) right();
    go.pauseReading();
    for (int i = 0; i < count; i++) {
      send(left(), go, TestMessages.numbered(left().id(), go.id(), i));
    }
    // One more than the queue has been handed to raft, which holds it.
    Await.until("the rest is dropped", () -> go.receiveDrops() == count - 4097);
    assertThat(go.connected(left().id())).isTrue();
    assertThat(left().connected(go.id())).isTrue();
    go.resumeReading();
    Await.until("what was kept is taken", () -> go.received().size() == 4097);
    assertThat(left().reportedDrops()).isZero();
    assertThat(left().unreachableReports()).isZero();
  }
}
