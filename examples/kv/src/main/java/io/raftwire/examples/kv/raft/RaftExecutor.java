// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import io.microraft.executor.RaftNodeExecutor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that runs raft, the state machine and SQLite. Blocking on the disk is its
 * business; nothing else here may block.
 */
public final class RaftExecutor implements RaftNodeExecutor, AutoCloseable {

  private final ScheduledThreadPoolExecutor executor;
  private final RaftTime time;

  /** An executor whose thread bears the member's name. */
  public RaftExecutor(String member, RaftTime time) {
    this.time = time;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "raft-" + member);
              thread.setDaemon(true);
              return thread;
            },
            // After close raft has nothing to say any more.
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  @Override
  public void submit(Runnable task) {
    executor.execute(task);
  }

  @Override
  public void schedule(Runnable task, long delay, TimeUnit unit) {
    var unused = executor.schedule(task, time.realNanos(unit.toNanos(delay)), TimeUnit.NANOSECONDS);
  }

  /** Runs what is queued, drops what is scheduled, and waits for the thread to end. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
