// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that rests when its windows are full and is woken when a part of one is free again, so
 * that waking it is not a cost of each acknowledgement.
 */
final class Resting {

  private volatile @Nullable Thread thread;

  /** Wakes the thread if it rests. */
  void wake() {
    Thread sleeper = thread;
    if (sleeper != null) {
      thread = null;
      LockSupport.unpark(sleeper);
    }
  }

  /** Returns when woken, after a while, or at once if there is a reason not to rest. */
  void rest(BooleanSupplier reasonNotTo, long nanos) {
    thread = Thread.currentThread();
    if (!reasonNotTo.getAsBoolean()) {
      LockSupport.parkNanos(this, nanos);
    }
    thread = null;
  }
}
