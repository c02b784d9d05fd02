// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

/**
 * The versions between the oldest and the newest, without what only tries links that fail: that is
 * the same for all, and takes long.
 */
class Etcd36ClusterIT extends RealCluster {

  @Override
  Tools.Etcd etcd() throws Exception {
    return Tools.etcd36();
  }

  @Override
  void cutOffAndMended() {}

  @Override
  void stalledConnectionsAreReplaced() {}
}
