// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.http.config.RaftHttpConfig;

/** Links for tests of what belongs to one. */
public final class NewLinks {

  private NewLinks() {}

  /** A link to a peer that nobody has dialled. */
  public static PeerLink to(MemberId peer, RaftHttpConfig config) {
    return new PeerLink(
        config,
        peer,
        PeerUrls.of("http://127.0.0.1:9999"),
        config.recorder().peer(config.id(), peer),
        new EventBus());
  }
}
