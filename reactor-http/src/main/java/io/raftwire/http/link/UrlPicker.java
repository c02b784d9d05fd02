// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.raftwire.PeerUrls;
import java.net.URI;

/**
 * Chooses among the URLs of a peer: stays with one as long as it works and moves on to the next
 * when it failed (rafthttp's {@code urlPicker}). Safe for any thread.
 */
public final class UrlPicker {

  private record State(PeerUrls urls, int picked) {
    URI url() {
      return urls.urls().get(picked);
    }
  }

  private volatile State state;

  /** Starts with the first URL. */
  public UrlPicker(PeerUrls urls) {
    this.state = new State(urls, 0);
  }

  /** The URL to use now. */
  public URI pick() {
    return state.url();
  }

  /** All URLs. */
  public PeerUrls urls() {
    return state.urls();
  }

  /** Takes new URLs, beginning with the first. */
  public synchronized void update(PeerUrls urls) {
    state = new State(urls, 0);
  }

  /**
   * A request to the URL failed: moves on, unless another request's failure has done so already.
   */
  public synchronized void failed(URI url) {
    State current = state;
    if (current.url().equals(url)) {
      int next = (current.picked() + 1) % current.urls().urls().size();
      state = new State(current.urls(), next);
    }
  }
}
