// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

class Etcd37ClusterIT extends RealCluster {

  @Override
  Tools.Etcd etcd() throws Exception {
    return Tools.etcd37();
  }
}
