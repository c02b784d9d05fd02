// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import org.junit.jupiter.api.Tag;

/**
 * Etcd's own transport with itself: shows that the suite asks for nothing that etcd does not do.
 */
@Tag("interop")
class GoPairTest extends TransportConformanceTest {

  @Override
  TestPeer newLeft(TestPeer.Spec spec) {
    return new GoPeer(spec);
  }

  @Override
  TestPeer newRight(TestPeer.Spec spec) {
    return new GoPeer(spec);
  }

  /** See {@link GoRaftwireTest#sparesCompactFramesWhatTheyCannotCarry}. */
  @Override
  boolean sparesCompactFramesWhatTheyCannotCarry() {
    return false;
  }

  /** Takes long, and says nothing of Raftwire. */
  @Override
  void aSnapshotOfOneGibibyteArrivesWhole() {}
}
