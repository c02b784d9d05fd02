// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Sends bulk messages as fast as its window allows. */
public final class Source {

  /** How long a probe may go unanswered before the next one. */
  static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

  /** How long the other end may be silent. */
  static final Duration STALL_TIMEOUT = Duration.ofSeconds(10);

  private static final long STEP_MILLIS = 1;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Node node;
  private final Supplier<Message> next;
  private final Window window;

  private volatile boolean stopped;

  private Source(Link link, Node node, Options options) {
    this.node = node;
    this.window = new Window(options.window);
    Messages messages = new Messages(link, options.size, options.entries);
    this.next =
        options.work == Work.small
            ? messages::heartbeatResponse
            : new Log(messages, options.entries)::append;
  }

  /**
   * What to send, and for how long.
   *
   * @param entries of a MsgApp
   * @param size bytes of data of an entry
   * @param window how many messages may be unacknowledged
   * @param seconds the measured interval
   * @param warmup what goes before it
   */
  public record Options(
      Work work, int entries, int size, int window, Duration seconds, Duration warmup) {}

  /**
   * Sends, and prints the result.
   *
   * @throws BenchException if it is void
   */
  public static void run(Link link, Options options) throws InterruptedException {
    try (Node node = new Node(link)) {
      Source source = new Source(link, node, options);
      node.start(source::receive);
      if (options.work == Work.pipeline) {
        node.addRemote();
      } else {
        node.addPeer();
      }
      Console.ready();
      if (options.work != Work.pipeline) {
        node.awaitStreams();
      }
      source.probe(link);
      Console.note(
          "peer "
              + link.peerId()
              + " acknowledges, warming up for "
              + options.warmup.toMillis()
              + " ms");
      Console.result(source.measure(options));
    }
  }

  private Results.Sender measure(Options options) throws InterruptedException {
    long disturbed = node.disturbances();
    Thread sender = new Thread(this::send, "source");
    sender.start();
    Results.Sender result;
    try {
      result = measureWhileSending(options);
    } finally {
      stopped = true;
      sender.join();
    }
    drain();
    node.requireUndisturbed(disturbed);
    return result;
  }

  private void receive(Message message) {
    if (message.getType() == MessageType.MsgAppResp) {
      window.acknowledged(message.getIndex());
    }
  }

  // ---- the thread that sends
  // ---------------------------------------------------------------------

  private void send() {
    while (!stopped) {
      long room = window.room();
      if (room <= 0) {
        window.awaitRoom(REST_NANOS);
      }
      for (; room > 0 && !stopped; room--) {
        if (!node.send(next.get())) {
          return;
        }
        window.oneSent();
      }
    }
  }

  // ---- the thread that measures
  // ------------------------------------------------------------------

  /** Sends single messages until one is acknowledged, and begins to count from there. */
  private void probe(Link link) throws InterruptedException {
    long deadline = System.nanoTime() + Node.CONNECT_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      node.send(next.get());
      node.requireAllTaken();
      long again = System.nanoTime() + PROBE_TIMEOUT.toNanos();
      while (System.nanoTime() < again) {
        Thread.sleep(STEP_MILLIS);
        if (window.count() > 0) {
          // The acknowledgement of an earlier probe may still come.
          Thread.sleep(Node.SETTLE_TIME.toMillis());
          window.begin();
          return;
        }
      }
    }
    throw new BenchException(
        "peer "
            + link.peerId()
            + " at "
            + link.peerUrl()
            + " has acknowledged nothing within "
            + Node.CONNECT_TIMEOUT.toSeconds()
            + " s");
  }

  private Results.Sender measureWhileSending(Options options) throws InterruptedException {
    watch(options.warmup);
    long cpuBefore = Usage.cpuNanos();
    long sentBefore = window.sent();
    long acknowledgedBefore = window.acknowledged();
    long start = System.nanoTime();
    watch(options.seconds);
    double seconds = (System.nanoTime() - start) / 1e9;
    long acknowledged = window.acknowledged() - acknowledgedBefore;
    long sent = window.sent() - sentBefore;
    long cpuNanos = Usage.cpuNanos() - cpuBefore;
    boolean small = options.work == Work.small;
    return new Results.Sender(
        "source",
        Results.IMPL,
        options.work.name(),
        small ? 0 : options.size,
        small ? 0 : options.entries,
        Json.rounded(seconds, 3),
        sent,
        Json.rounded(acknowledged / seconds, 1),
        acknowledged,
        Results.seconds(cpuNanos),
        Usage.maxRssBytes());
  }

  /** Waits, and fails if the other end falls silent. */
  private void watch(Duration duration) throws InterruptedException {
    long end = System.nanoTime() + duration.toNanos();
    long acknowledged = window.acknowledged();
    long since = System.nanoTime();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
      node.requireAllTaken();
      long now = window.acknowledged();
      if (now != acknowledged) {
        acknowledged = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > STALL_TIMEOUT.toNanos()) {
        throw new BenchException(
            "no acknowledgement for "
                + STALL_TIMEOUT.toSeconds()
                + " s: "
                + window.sent()
                + " messages sent, "
                + acknowledged
                + " acknowledged");
      }
    }
  }

  private void drain() throws InterruptedException {
    long deadline = System.nanoTime() + STALL_TIMEOUT.toNanos();
    while (window.acknowledged() < window.sent()) {
      node.requireAllTaken();
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            window.sent()
                + " messages sent, but only "
                + window.acknowledged()
                + " acknowledged "
                + STALL_TIMEOUT.toSeconds()
                + " s after the last: the figures are void");
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  /** A leader's log that only grows. */
  private static final class Log {

    private final Messages messages;
    private final int entries;
    private long index;

    Log(Messages messages, int entries) {
      this.messages = messages;
      this.entries = entries;
    }

    Message append() {
      Message message = messages.append(index);
      index += entries;
      return message;
    }
  }
}
