// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

/**
 * When the peer last gave a sign of life: bytes of a stream, a request, an answer. A link that
 * makes no progress is judged by it, because a peer that lives but does not read is only pushing
 * back.
 */
public final class Liveness {

  // Written by several event loops; any of their values will do, so it need not be atomic.
  private volatile long lastSeenNanos = System.nanoTime();

  /** The peer gave a sign of life now. */
  public void seen() {
    seen(System.nanoTime());
  }

  /** The peer gave a sign of life at a time that {@link System#nanoTime} has told. */
  public void seen(long nanos) {
    lastSeenNanos = nanos;
  }

  /** How long the peer has been silent, in nanoseconds. */
  public long silentNanos() {
    return System.nanoTime() - lastSeenNanos;
  }
}
