// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends bulk messages to each of its peers as fast as their windows allow. To peers that do not
 * read it sends what the others get, and takes no for an answer.
 */
public final class Source {

  /** How long a probe may go unanswered before the next one. */
  static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);

  /** How long the other end may be silent. */
  static final Duration STALL_TIMEOUT = Duration.ofSeconds(10);

  /** The acknowledgement of an earlier probe may still come. */
  private static final long SETTLE_MILLIS = 100;

  private static final long STEP_MILLIS = 1;
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Link link;
  private final Endpoint endpoint;
  private final Resting resting = new Resting();
  private final List<Outlet> reading = new ArrayList<>();
  private final List<Outlet> stuck = new ArrayList<>();
  private final AtomicLong refused = new AtomicLong();
  private final long firstPeer;

  private volatile boolean stopped;

  private Source(Link link, Endpoint endpoint, Options options) {
    this.link = link;
    this.endpoint = endpoint;
    this.firstPeer = link.others().get(0).id().value();
    for (Link.Other other : link.others()) {
      Messages messages = new Messages(link.id(), other.id(), options.size, options.entries);
      Outlet outlet =
          new Outlet(
              endpoint,
              options.work == Work.small
                  ? messages::heartbeatResponse
                  : Outlet.log(messages, options.entries),
              new Window(options.window, resting));
      (link.isStuck(other.id()) ? stuck : reading).add(outlet);
    }
  }

  /**
   * What to send, and for how long.
   *
   * @param entries of a MsgApp
   * @param size bytes of data of an entry
   * @param window how many messages may be unacknowledged, of each peer
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
  public static void run(Transport transport, Link link, Options options)
      throws InterruptedException {
    Usage.watch(Usage.Watch.CLOSELY);
    try (Endpoint endpoint = transport.endpoint(link)) {
      Source source = new Source(link, endpoint, options);
      endpoint.start(source::receive);
      endpoint.connect(options.work);
      Console.ready();
      endpoint.awaitConnected();
      source.probe();
      Console.note(
          link.reading()
              + " peers acknowledge, warming up for "
              + options.warmup.toMillis()
              + " ms");
      Console.result(source.measure(transport, options));
    }
  }

  private Results.Sender measure(Transport transport, Options options) throws InterruptedException {
    long disturbed = endpoint.disturbances();
    Thread sender = new Thread(this::send, "source");
    sender.start();
    Results.Sender result;
    try {
      result = measureWhileSending(transport, options);
    } finally {
      stopped = true;
      sender.join();
    }
    drain();
    requireUndisturbed(endpoint, disturbed);
    return result;
  }

  /** Fails if anything was dropped or closed. */
  static void requireUndisturbed(Endpoint endpoint, long before) {
    endpoint.requireSound();
    long disturbed = endpoint.disturbances() - before;
    if (disturbed > 0) {
      throw new BenchException(
          disturbed + " messages were dropped or streams closed on the way: the figures are void");
    }
  }

  private void receive(Message message) {
    if (message.getType() == MessageType.MsgAppResp) {
      reading.get((int) (message.getFrom() - firstPeer)).window().acknowledged(message.getIndex());
    }
  }

  // ---- the thread that sends ------------------------------------------------------------------

  private void send() {
    while (!stopped) {
      long sent = 0;
      for (int i = 0; i < reading.size(); i++) {
        int some = reading.get(i).sendSome();
        if (some < 0) {
          return;
        }
        sent += some;
      }
      for (int i = 0; i < stuck.size(); i++) {
        sendToStuck(stuck.get(i), sent);
      }
      if (sent == 0) {
        endpoint.flush();
        resting.rest(this::isAnyWorthWaking, REST_NANOS);
      }
    }
    endpoint.flush();
  }

  private void sendToStuck(Outlet outlet, long messages) {
    for (long i = 0; i < messages; i++) {
      if (!outlet.sendOne()) {
        refused.lazySet(refused.get() + 1);
      }
    }
  }

  private boolean isAnyWorthWaking() {
    for (int i = 0; i < reading.size(); i++) {
      if (reading.get(i).window().isWorthWaking()) {
        return true;
      }
    }
    return false;
  }

  // ---- the thread that measures ---------------------------------------------------------------

  /** Sends single messages until each is acknowledged, and begins to count from there. */
  private void probe() throws InterruptedException {
    for (int i = 0; i < reading.size(); i++) {
      probe(reading.get(i), link.others().get(i));
    }
    Thread.sleep(SETTLE_MILLIS);
    reading.forEach(outlet -> outlet.window().begin());
  }

  private void probe(Outlet outlet, Link.Other other) throws InterruptedException {
    long deadline = System.nanoTime() + Endpoint.CONNECT_TIMEOUT.toNanos();
    while (System.nanoTime() < deadline) {
      outlet.sendOne();
      endpoint.flush();
      endpoint.requireSound();
      long again = System.nanoTime() + PROBE_TIMEOUT.toNanos();
      while (System.nanoTime() < again) {
        Thread.sleep(STEP_MILLIS);
        if (outlet.window().count() > 0) {
          return;
        }
      }
    }
    throw new BenchException(
        "peer "
            + other.id()
            + " at "
            + other.url()
            + " has acknowledged nothing within "
            + Endpoint.CONNECT_TIMEOUT.toSeconds()
            + " s");
  }

  private Results.Sender measureWhileSending(Transport transport, Options options)
      throws InterruptedException {
    watch(options.warmup);
    long cpuBefore = Usage.cpuNanos();
    long allocatedBefore = Usage.allocatedBytes();
    long sentBefore = sent();
    long acknowledgedBefore = acknowledged();
    long refusedBefore = refused.get();
    long start = System.nanoTime();
    watch(options.seconds);
    double seconds = (System.nanoTime() - start) / 1e9;
    long acknowledged = acknowledged() - acknowledgedBefore;
    long sent = sent() - sentBefore;
    long cpuNanos = Usage.cpuNanos() - cpuBefore;
    boolean small = options.work == Work.small;
    return new Results.Sender(
        "source",
        transport.name(),
        options.work.name(),
        small ? 0 : options.size,
        small ? 0 : options.entries,
        Json.rounded(seconds, 3),
        sent,
        Json.rounded(acknowledged / seconds, 1),
        acknowledged,
        refused.get() - refusedBefore,
        Results.seconds(cpuNanos),
        Usage.allocatedBytes() - allocatedBefore,
        Usage.memory());
  }

  private long sent() {
    return reading.stream().mapToLong(outlet -> outlet.window().sent()).sum();
  }

  private long acknowledged() {
    return reading.stream().mapToLong(outlet -> outlet.window().acknowledged()).sum();
  }

  /** Waits, and fails if the other end falls silent. */
  private void watch(Duration duration) throws InterruptedException {
    long end = System.nanoTime() + duration.toNanos();
    long acknowledged = acknowledged();
    long since = System.nanoTime();
    for (long left = duration.toNanos(); left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
      endpoint.requireSound();
      long now = acknowledged();
      if (now != acknowledged) {
        acknowledged = now;
        since = System.nanoTime();
      } else if (System.nanoTime() - since > STALL_TIMEOUT.toNanos()) {
        throw new BenchException(
            "no acknowledgement for "
                + STALL_TIMEOUT.toSeconds()
                + " s: "
                + sent()
                + " messages sent, "
                + acknowledged
                + " acknowledged");
      }
    }
  }

  private void drain() throws InterruptedException {
    long deadline = System.nanoTime() + STALL_TIMEOUT.toNanos();
    while (acknowledged() < sent()) {
      endpoint.requireSound();
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            sent()
                + " messages sent, but only "
                + acknowledged()
                + " acknowledged "
                + STALL_TIMEOUT.toSeconds()
                + " s after the last: the figures are void");
      }
      Thread.sleep(STEP_MILLIS);
    }
  }
}
