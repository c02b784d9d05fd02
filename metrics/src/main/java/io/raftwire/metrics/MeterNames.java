// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import java.util.List;

/** The vocabularies a recorder can speak. */
public enum MeterNames {
  /** Micrometer's way: dotted names, base units and tags, see {@link RaftwireMeter}. */
  RAFTWIRE {
    @Override
    public List<DocumentedMeter> meters() {
      return List.of(RaftwireMeter.values());
    }

    @Override
    PeerRecorder peer(MeterSet meters, RequestObserver requests, MemberId local, String peer) {
      return new RaftwirePeerRecorder(meters, requests, peer);
    }

    @Override
    TransportMeters transport(MeterSet meters) {
      return TransportMeters.in(meters);
    }
  },
  /** The names, labels and buckets that etcd's dashboards and alerts are written for. */
  ETCD {
    @Override
    public List<DocumentedMeter> meters() {
      return List.of(EtcdMeter.values());
    }

    @Override
    PeerRecorder peer(MeterSet meters, RequestObserver requests, MemberId local, String peer) {
      return new EtcdPeerRecorder(meters, requests, local, peer);
    }

    @Override
    TransportMeters transport(MeterSet meters) {
      return TransportMeters.NONE;
    }
  };

  /** All meters of the vocabulary, in the order of its table. */
  public abstract List<DocumentedMeter> meters();

  /** A recorder that registers what it needs in the set, and closes the set when it is closed. */
  abstract PeerRecorder peer(
      MeterSet meters, RequestObserver requests, MemberId local, String peer);

  /** The meters that are of no peer. */
  abstract TransportMeters transport(MeterSet meters);
}
