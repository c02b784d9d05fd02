// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many messages were sent to one peer and how many it has acknowledged. One thread sends; see
 * {@link Resting} for how it waits.
 */
final class Window {

  private static final int WAKE_AT = 4;

  private final long size;
  private final long wakeAt;
  private final Resting resting;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong count = new AtomicLong();

  private volatile long base;

  Window(long size, Resting resting) {
    this.size = size;
    this.wakeAt = Math.max(1, size / WAKE_AT);
    this.resting = resting;
  }

  /** The peer's count, which may have served another source before. */
  long count() {
    return count.get();
  }

  /** Takes the peer's count as where this window begins. */
  void begin() {
    base = count.get();
  }

  long sent() {
    return sent.get();
  }

  long acknowledged() {
    return count.get() - base;
  }

  /** The peer has received so many in all; from one thread at a time. */
  void acknowledged(long total) {
    if (total > count.get()) {
      count.set(total);
      if (isWorthWaking()) {
        resting.wake();
      }
    }
  }

  /** One more was sent; by the thread that sends. */
  void oneSent() {
    sent.lazySet(sent.get() + 1);
  }

  /** How many may be sent now. */
  long room() {
    return size - (sent.get() - acknowledged());
  }

  /** Whether there is so much room that the thread that sends should be woken for it. */
  boolean isWorthWaking() {
    return room() >= wakeAt;
  }
}
