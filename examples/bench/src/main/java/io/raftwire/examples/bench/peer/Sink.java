// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.raftpb.Message;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts bulk messages and acknowledges the count: after each n-th message, and a millisecond after
 * the first that is not acknowledged yet.
 */
public final class Sink {

  private static final long ACK_DELAY_MILLIS = 1;

  private final Node node;
  private final Messages messages;
  private final int every;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "acknowledge");
            thread.setDaemon(true);
            return thread;
          });

  private volatile boolean closing;

  private Sink(Link link, Node node, int every) {
    this.node = node;
    this.messages = new Messages(link);
    this.every = every;
  }

  /** Counts until the process is asked to end. */
  public static void run(Link link, int ackEvery) {
    Node node = new Node(link);
    Sink sink = new Sink(link, node, ackEvery);
    node.start(sink::receive);
    node.addPeer();
    Console.ready();
    Console.atEnd(
        () -> {
          sink.closing = true;
          sink.timer.shutdownNow();
          node.close();
          node.requireAllTaken();
          Console.result(Results.Receiver.of("sink", sink.count.get()));
        });
  }

  // Never called by two threads at a time: signals of a flux come one after the other.
  private void receive(Message message) {
    if (!Messages.isBulk(message)) {
      return;
    }
    long received = count.get() + 1;
    count.set(received);
    if (received % every == 0) {
      acknowledge(received);
    } else if (!armed.get() && armed.compareAndSet(false, true)) {
      timer.schedule(this::flush, ACK_DELAY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  // What is counted after the count was read here finds the timer unarmed and arms it again.
  private void flush() {
    armed.set(false);
    acknowledge(count.get());
  }

  private void acknowledge(long received) {
    if (acknowledged.getAndAccumulate(received, Math::max) < received && !closing) {
      node.send(messages.appendResponse(received));
    }
  }
}
