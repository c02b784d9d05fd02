// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How many messages were sent and how many acknowledged. One thread sends; it rests when the window
 * is full and is woken when a part of it is free again, so that waking it is not a cost of each
 * acknowledgement.
 */
final class Window {

  private static final int WAKE_AT = 4;

  private final long size;
  private final long wakeAt;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong count = new AtomicLong();

  private volatile long base;
  private volatile @Nullable Thread resting;

  Window(long size) {
    this.size = size;
    this.wakeAt = Math.max(1, size / WAKE_AT);
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
    if (total <= count.get()) {
      return;
    }
    count.set(total);
    Thread thread = resting;
    if (thread != null && room() >= wakeAt) {
      resting = null;
      LockSupport.unpark(thread);
    }
  }

  /** One more was sent; by the thread that sends. */
  void oneSent() {
    sent.lazySet(sent.get() + 1);
  }

  /** Returns as soon as there is room, or after a while. By the thread that sends. */
  void awaitRoom(long nanos) {
    if (room() > 0) {
      return;
    }
    resting = Thread.currentThread();
    if (room() < wakeAt) {
      LockSupport.parkNanos(this, nanos);
    }
    resting = null;
  }

  /** How many may be sent now. */
  long room() {
    return size - (sent.get() - acknowledged());
  }
}
