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
import java.util.concurrent.locks.LockSupport;

/**
 * Sends MsgApps and takes the time until each is answered: one after the other, or at a rate. As in
 * the Go program the thread that sends is not the one that brings the answer.
 */
public final class Ping {

  private final Endpoint endpoint;
  private final Messages messages;
  private final Thread waiting = Thread.currentThread();

  private long index;
  private long startNanos;
  private long cpuNanosBefore;
  private volatile long answered;
  private volatile RateSchedule schedule = RateSchedule.NONE;

  private Ping(Link link, Endpoint endpoint, int size) {
    this.endpoint = endpoint;
    this.messages = new Messages(link.id(), link.others().get(0).id(), size, 1);
  }

  /**
   * How to measure.
   *
   * @param size bytes of data of the entry
   * @param rate how many to send in a second; 0 for one after the other
   * @param seconds the measured interval
   * @param warmup what goes before it
   */
  public record Options(int size, int rate, Duration seconds, Duration warmup) {}

  /**
   * Measures round trips, and prints the result.
   *
   * @throws BenchException if it is void
   */
  public static void run(Transport transport, Link link, Options options)
      throws InterruptedException {
    Usage.watch(Usage.Watch.RARELY);
    try (Endpoint endpoint = transport.endpoint(link)) {
      Ping ping = new Ping(link, endpoint, options.size);
      endpoint.start(ping::receive);
      endpoint.connect(Work.msgapp);
      Console.ready();
      endpoint.awaitConnected();
      ping.probe(link);
      Console.note("the peer answers, warming up for " + options.warmup.toMillis() + " ms");
      long disturbed = endpoint.disturbances();
      ping.begin(); // also for the JVM to have loaded all of it when it is due
      RoundTripTimes times = options.rate == 0 ? ping.oneByOne(options) : ping.atRate(options);
      long took = System.nanoTime() - ping.startNanos;
      long cpuNanos = Usage.cpuNanos() - ping.cpuNanosBefore;
      Source.requireUndisturbed(endpoint, disturbed);
      double p99Tenth = times.medianTenthMicros(0.99);
      times.sort();
      Console.result(
          new Results.RoundTrips(
              "ping",
              transport.name(),
              options.size,
              options.rate,
              times.count(),
              Results.seconds(took),
              times.percentileMicros(0.5),
              times.percentileMicros(0.9),
              times.percentileMicros(0.99),
              times.percentileMicros(0.999),
              p99Tenth,
              Results.seconds(cpuNanos),
              Usage.memory()));
    }
  }

  private void receive(Message message) {
    if (message.getType() == MessageType.MsgAppResp) {
      RateSchedule current = schedule;
      if (current != RateSchedule.NONE) {
        current.answered(message.getIndex(), System.nanoTime());
      } else {
        answered = message.getIndex();
        LockSupport.unpark(waiting);
      }
    }
  }

  private void probe(Link link) {
    long deadline = System.nanoTime() + Endpoint.CONNECT_TIMEOUT.toNanos();
    while (!ping(Source.PROBE_TIMEOUT.toNanos())) {
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            "peer "
                + link.others().get(0).id()
                + " at "
                + link.others().get(0).url()
                + " has answered nothing within "
                + Endpoint.CONNECT_TIMEOUT.toSeconds()
                + " s");
      }
    }
  }

  // The loops below go from warming up to measuring without a break: what is allocated or compiled
  // anew for a second round would be seen by the first thousands of messages that count.

  /** The measured interval begins. */
  private void begin() {
    cpuNanosBefore = Usage.cpuNanos();
    startNanos = System.nanoTime();
  }

  private RoundTripTimes oneByOne(Options options) {
    RoundTripTimes times = new RoundTripTimes(EXPECTED);
    boolean measuring = false;
    long end = System.nanoTime() + options.warmup.toNanos();
    while (true) {
      long sent = System.nanoTime();
      if (sent - end >= 0) {
        if (measuring) {
          return times;
        }
        measuring = true;
        begin();
        sent = startNanos;
        end = sent + options.seconds.toNanos();
      }
      if (!ping(Source.STALL_TIMEOUT.toNanos())) {
        throw new BenchException(
            "no answer to the MsgApp of index "
                + index
                + " within "
                + Source.STALL_TIMEOUT.toSeconds()
                + " s");
      }
      if (measuring) {
        times.add(System.nanoTime() - sent);
      }
    }
  }

  private boolean ping(long timeoutNanos) {
    long sent = System.nanoTime();
    index++;
    endpoint.send(messages.append(index));
    endpoint.flush();
    endpoint.requireSound();
    while (answered != index) {
      long left = timeoutNanos - (System.nanoTime() - sent);
      if (left <= 0) {
        return false;
      }
      LockSupport.parkNanos(this, left);
    }
    return true;
  }

  private RoundTripTimes atRate(Options options) throws InterruptedException {
    RateSchedule current =
        new RateSchedule(options.rate, options.warmup, options.seconds, index, System.nanoTime());
    schedule = current;
    long begins = current.intended(current.warmup());
    // Not in the loop, whose compiled code would be thrown away by what it does only once.
    Thread beginning =
        new Thread(
            () -> {
              for (long left; (left = begins - System.nanoTime()) > 0; ) {
                LockSupport.parkNanos(this, left);
              }
              begin();
            },
            "begin");
    beginning.start();
    long count = current.count();
    long lastProgress = System.nanoTime();
    for (long sent = 0; sent < count; ) {
      long due = Math.min(current.due(System.nanoTime()), current.answeredCount() + MAX_IN_FLIGHT);
      for (; sent < due; sent++) {
        index++;
        endpoint.send(messages.append(index));
        lastProgress = System.nanoTime();
      }
      endpoint.flush();
      endpoint.requireSound();
      requireProgress(lastProgress);
      LockSupport.parkNanos(this, Math.max(1, current.intended(sent) - System.nanoTime()));
    }
    while (current.answeredCount() < count) {
      requireProgress(lastProgress);
      LockSupport.parkNanos(this, DRAIN_STEP_NANOS);
    }
    schedule = RateSchedule.NONE;
    beginning.join();
    return current.times();
  }

  private static final int EXPECTED = 1 << 20;

  // Within what a stream's lane takes, so that a stall makes answers late, not lost.
  private static final long MAX_IN_FLIGHT = 2048;
  private static final long DRAIN_STEP_NANOS = 1_000_000;

  private static void requireProgress(long since) {
    if (System.nanoTime() - since > Source.STALL_TIMEOUT.toNanos()) {
      throw new BenchException("no answer for " + Source.STALL_TIMEOUT.toSeconds() + " s");
    }
  }
}
