// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends a MsgApp, waits for its answer and sends the next. As in the Go program the thread that
 * waits is not the one that brings the answer.
 */
public final class Ping {

  private final Link link;
  private final Node node;
  private final Messages messages;
  private final Thread waiting = Thread.currentThread();

  private long index;
  private volatile long answered;

  private Ping(Link link, Node node, int size) {
    this.link = link;
    this.node = node;
    this.messages = new Messages(link, size, 1);
  }

  /**
   * Measures round trips, and prints the result.
   *
   * @param size bytes of data of the entry
   * @throws BenchException if it is void
   */
  public static void run(Link link, int size, Duration seconds, Duration warmup)
      throws InterruptedException {
    try (Node node = new Node(link)) {
      Ping ping = new Ping(link, node, size);
      node.start(ping::receive);
      node.addPeer();
      Console.ready();
      node.awaitStreams();
      ping.probe();
      Console.note(
          "peer " + link.peerId() + " answers, warming up for " + warmup.toMillis() + " ms");
      long disturbed = node.disturbances();
      ping.measure(warmup);
      RoundTripTimes times = ping.measure(seconds);
      node.requireUndisturbed(disturbed);
      times.sort();
      Console.result(
          new Results.RoundTrips(
              "ping",
              Results.IMPL,
              size,
              times.count(),
              times.percentileMicros(0.5),
              times.percentileMicros(0.9),
              times.percentileMicros(0.99),
              times.percentileMicros(0.999)));
    }
  }

  private void receive(Message message) {
    if (message.getType() == MessageType.MsgAppResp) {
      answered = message.getIndex();
      LockSupport.unpark(waiting);
    }
  }

  private void probe() {
    long deadline = System.nanoTime() + Node.CONNECT_TIMEOUT.toNanos();
    while (!ping(Source.PROBE_TIMEOUT.toNanos())) {
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            "peer "
                + link.peerId()
                + " at "
                + link.peerUrl()
                + " has answered nothing within "
                + Node.CONNECT_TIMEOUT.toSeconds()
                + " s");
      }
    }
  }

  private RoundTripTimes measure(Duration duration) {
    RoundTripTimes times = new RoundTripTimes();
    long start = System.nanoTime();
    for (long sent = start; sent - start < duration.toNanos(); sent = System.nanoTime()) {
      if (!ping(Source.STALL_TIMEOUT.toNanos())) {
        throw new BenchException(
            "no answer to the MsgApp of index "
                + index
                + " within "
                + Source.STALL_TIMEOUT.toSeconds()
                + " s");
      }
      times.add(System.nanoTime() - sent);
    }
    return times;
  }

  private boolean ping(long timeoutNanos) {
    long sent = System.nanoTime();
    index++;
    node.send(messages.append(index));
    node.requireAllTaken();
    while (answered != index) {
      long left = timeoutNanos - (System.nanoTime() - sent);
      if (left <= 0) {
        return false;
      }
      LockSupport.parkNanos(this, left);
    }
    return true;
  }
}
