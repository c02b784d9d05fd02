// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

/** Raftwire with itself. */
class RaftwirePairTest extends TransportConformanceTest {

  @Override
  TestPeer newLeft(TestPeer.Spec spec) {
    return new RaftwirePeer(spec);
  }

  @Override
  TestPeer newRight(TestPeer.Spec spec) {
    return new RaftwirePeer(spec);
  }

  /** {@code LargeSnapshotTest} does so between two JVMs. */
  @Override
  void aSnapshotOfOneGibibyteArrivesWhole() {}
}
