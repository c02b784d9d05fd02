// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.raftwire.TransportEvent;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.BufferOverflowStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.util.concurrent.Queues;

/**
 * Carries events from any thread to any number of subscribers without ever holding up who
 * publishes: emissions are put in a row by a queue, and each subscriber has a bounded buffer of its
 * own.
 */
public final class EventBus {

  private static final int BUFFER = 1024;

  private final Sinks.Many<TransportEvent> sink = Sinks.many().multicast().directBestEffort();
  private final Queue<Runnable> emissions = Queues.<Runnable>unboundedMultiproducer().get();
  private final AtomicInteger wip = new AtomicInteger();

  /** Publishes an event. */
  public void publish(TransportEvent event) {
    emit(() -> sink.tryEmitNext(event));
  }

  /** Ends the flux of every subscriber. */
  public void complete() {
    emit(sink::tryEmitComplete);
  }

  /** The events from now on, on a thread that is not an I/O thread. */
  public Flux<TransportEvent> events() {
    return sink.asFlux()
        .onBackpressureBuffer(BUFFER, dropped -> {}, BufferOverflowStrategy.DROP_OLDEST)
        .publishOn(Schedulers.parallel());
  }

  private void emit(Runnable emission) {
    emissions.add(emission);
    if (wip.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      Runnable next;
      while ((next = emissions.poll()) != null) {
        next.run();
      }
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }
}
