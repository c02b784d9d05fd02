// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Whose turn it is to write to a stream. It is the event loop's, but while the stream rests, the
 * first thread that sends may take it and write by itself, which saves waking the event loop. Who
 * has the turn sees all that was done by who had it before.
 *
 * <p>Nobody waits for it: what the event loop has to do while a sender writes is put off until that
 * one is done.
 */
final class WriteTurn {

  /**
   * How long a stream has to have rested. Messages that follow each other more closely are better
   * off on the event loop, which writes those together that come while it is at it.
   */
  static final long REST_NANOS = 5_000;

  private static final int LOOP = 0;
  private static final int RESTING = 1;
  private static final int SENDER = 2;
  // A sender's still, and the event loop has come for it.
  private static final int CALLED = 3;

  private final EventLoop loop;
  private final Runnable write;
  private final Runnable onLoop = this::onLoop;
  private final AtomicInteger state = new AtomicInteger(LOOP);
  // The event loop's.
  private final Queue<Runnable> putOff = new ArrayDeque<>(2);
  // Written before the state, and read after it.
  private long restingSince;

  /**
   * The event loop's turn.
   *
   * @param write writes what there is, on the event loop
   */
  WriteTurn(EventLoop loop, Runnable write) {
    this.loop = loop;
    this.write = write;
  }

  /** Runs a task on the event loop, as soon as no sender writes: now, if that is so. In order. */
  void run(Runnable task) {
    if (!loop.inEventLoop()) {
      loop.execute(() -> run(task));
    } else if (putOff.isEmpty() && takeByLoop()) {
      task.run();
    } else {
      putOff.add(task);
    }
  }

  /** Has the event loop write. From any thread. */
  void writeOnLoop() {
    try {
      loop.execute(onLoop);
    } catch (RejectedExecutionException e) {
      // The event loops are ended, and with them the stream.
    }
  }

  /**
   * Has the event loop write on after what else it has to do. On the event loop, which has the turn
   * and keeps it.
   */
  void writeOnLoopLater() {
    try {
      // A task would be run before the event loop turns to its connections, a timer is after that.
      loop.schedule(onLoop, 0, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The event loops are ended, and with them the stream.
    }
  }

  /**
   * Lets the calling thread write, if the stream has rested and this is not the event loop.
   *
   * @param sender writes, throwing nothing, and says whether the stream can rest again; else the
   *     event loop goes on
   * @return false if it was not the caller's turn
   */
  boolean writeHere(BooleanSupplier sender) {
    if (loop.inEventLoop() || loop.isShuttingDown() || !takeBySender()) {
      return false;
    }
    if (!sender.getAsBoolean() || !restAfterSender()) {
      state.set(LOOP);
      writeOnLoop();
    }
    return true;
  }

  /** Leaves it to who sends next. On the event loop, which has nothing to write. */
  void rest() {
    restingSince = System.nanoTime();
    state.compareAndSet(LOOP, RESTING);
  }

  /**
   * Takes it on the event loop.
   *
   * @return false if a sender writes; then what was {@link #run} is done after that, and the event
   *     loop is to write
   */
  boolean takeByLoop() {
    while (true) {
      int now = state.get();
      if (now == LOOP) {
        return true;
      }
      if (now == CALLED) {
        return false;
      }
      if (state.compareAndSet(now, now == RESTING ? LOOP : CALLED)) {
        return now == RESTING;
      }
    }
  }

  private void onLoop() {
    try {
      // A task may have left it to a sender.
      while (takeByLoop()) {
        Runnable task = putOff.poll();
        if (task == null) {
          write.run();
          return;
        }
        task.run();
      }
    } catch (RuntimeException | Error e) {
      // What else was put off is not lost with it.
      writeOnLoop();
      throw e;
    }
  }

  private boolean takeBySender() {
    return state.get() == RESTING
        && System.nanoTime() - restingSince >= REST_NANOS
        && state.compareAndSet(RESTING, SENDER);
  }

  private boolean restAfterSender() {
    restingSince = System.nanoTime();
    return state.compareAndSet(SENDER, RESTING);
  }
}
