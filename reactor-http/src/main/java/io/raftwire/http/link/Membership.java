// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.handler.codec.http.HttpHeaders;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import org.jspecify.annotations.Nullable;

/** What the handlers of requests ask the transport about who calls. Safe for any thread. */
public interface Membership {

  /** Whether the member was removed from the cluster for good. */
  boolean isRemoved(MemberId id);

  /** Remembers a caller who is neither peer nor remote, from its {@code X-PeerURLs}. */
  void learnRemote(MemberId id, String peerUrls);

  /**
   * {@link #learnRemote(MemberId, String)} from a POST's headers, if they say who sends it and
   * where that is.
   */
  default void learn(@Nullable MemberId from, HttpHeaders headers) {
    String urls = PeerHeaders.peerUrls(headers);
    if (from != null && urls != null) {
      learnRemote(from, urls);
    }
  }

  /** The link to a peer or remote, or null for a stranger. */
  @Nullable PeerLink link(MemberId id);

  /** Where the figures of strangers go. */
  PeerRecorder strangers();

  /** A peer sent a request: it is alive, and worth dialling now. */
  void seen(MemberId id);
}
