// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;

/**
 * Raftwire with itself, with buffers that Netty does not watch for leaks, as nearly all are outside
 * of tests: streams keep some of them. Each is given back when the members have ended.
 */
class UnwatchedBuffersTest extends TransportConformanceTest {

  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);

  @Override
  TestPeer newLeft(TestPeer.Spec spec) {
    return new RaftwirePeer(spec, config -> config.allocator(allocator));
  }

  @Override
  TestPeer newRight(TestPeer.Spec spec) {
    return newLeft(spec);
  }

  /** {@code LargeSnapshotTest} does so between two JVMs. */
  @Override
  void aSnapshotOfOneGibibyteArrivesWhole() {}

  @Override
  @AfterEach
  void close() throws Exception {
    super.close();
    Await.until("all buffers are given back", () -> allocator.metric().usedDirectMemory() == 0);
  }
}
