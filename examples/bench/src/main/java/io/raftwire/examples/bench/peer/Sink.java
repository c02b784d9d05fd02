// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.SavedSnapshot;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.examples.bench.contender.raftwire.RaftwireEndpoint;
import io.raftwire.examples.bench.contender.sockets.SnapshotSocket;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import reactor.netty.resources.LoopResources;

/**
 * Counts bulk messages and acknowledges the count: after each n-th message, and a millisecond after
 * the first that is not acknowledged yet. One process may be several sinks.
 */
public final class Sink {

  private static final long ACK_DELAY_MILLIS = 1;

  // What a transport has of its own.
  private static final int PROCESSORS_HALVED =
      Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

  private final Link link;
  private final Endpoint endpoint;
  private final Messages messages;
  private final int every;
  private final ScheduledExecutorService timer;
  private final AtomicLong count = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicBoolean armed = new AtomicBoolean();

  private volatile boolean closing;

  private Sink(Link link, Endpoint endpoint, int every, ScheduledExecutorService timer) {
    this.link = link;
    this.endpoint = endpoint;
    this.messages = new Messages(link.id(), link.others().get(0).id());
    this.every = every;
    this.timer = timer;
  }

  /**
   * Counts until the process is asked to end.
   *
   * @param stuck how many of the sinks, the last ones, take nothing at all
   */
  public static void run(Transport transport, List<Link> links, int ackEvery, int stuck) {
    Usage.watch(Usage.Watch.CLOSELY);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "acknowledge");
              thread.setDaemon(true);
              return thread;
            });
    LoopResources loops =
        links.size() == 1 ? null : LoopResources.create("sinks", PROCESSORS_HALVED, true);
    List<Sink> sinks = new ArrayList<>();
    List<RaftwireEndpoint> idle = new ArrayList<>();
    int reading = links.size() - stuck;
    for (Link link : links.subList(0, reading)) {
      Endpoint endpoint =
          transport == Transport.sockets && link.directory() != null
              ? new SnapshotSocket(link)
              : transport.endpoint(link, loops);
      Sink sink = new Sink(link, endpoint, ackEvery, timer);
      endpoint.start(sink::receive);
      endpoint.connect(Work.msgapp);
      sinks.add(sink);
    }
    for (Link link : links.subList(reading, links.size())) {
      RaftwireEndpoint endpoint = transport.raftwire(link, loops);
      endpoint.startStuck();
      endpoint.connect(Work.msgapp);
      idle.add(endpoint);
    }
    Console.ready();
    Console.atEnd(
        () -> {
          sinks.forEach(sink -> sink.closing = true);
          timer.shutdown();
          Usage.allocatedBytes(); // by threads that are about to end
          sinks.forEach(sink -> sink.endpoint.close());
          idle.forEach(RaftwireEndpoint::close);
          sinks.forEach(sink -> sink.endpoint.requireSound());
          long messages = sinks.stream().mapToLong(sink -> sink.count.get()).sum();
          Console.result(Results.Receiver.of("sink", transport, messages));
        });
  }

  // Never called by two threads at a time: signals of a flux come one after the other.
  private void receive(Message message) {
    if (message.getType() == MessageType.MsgSnap) {
      timer.execute(() -> delete(message));
    }
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

  private void delete(Message snapshot) {
    Path directory = Objects.requireNonNull(link.directory(), "a snapshot without a directory");
    long index = snapshot.getSnapshot().getMetadata().getIndex();
    try {
      SavedSnapshot.delete(directory.resolve(String.format("%016x.snap.db", index)));
    } catch (IOException e) {
      Console.note("cannot delete a snapshot: " + e.getMessage());
    }
  }

  // What is counted after the count was read here finds the timer unarmed and arms it again.
  private void flush() {
    armed.set(false);
    acknowledge(count.get());
  }

  private void acknowledge(long received) {
    if (acknowledged.getAndAccumulate(received, Math::max) < received && !closing) {
      endpoint.send(messages.appendResponse(received));
      endpoint.flush();
    }
  }
}
