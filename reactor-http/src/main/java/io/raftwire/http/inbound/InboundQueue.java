// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import io.raftwire.Delivery;
import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import java.time.Duration;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReference;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * Merges what any number of connections bring into a flux for one subscriber, with real demand: it
 * holds no bound itself, each source stops reading when too much of what it brought has not been
 * {@linkplain Arrivals#exhausted handed out}. One drain loop, entered by whoever brings something
 * or requests something, hands out messages while there is demand.
 */
public final class InboundQueue {

  private static final Logger log = LoggerFactory.getLogger(InboundQueue.class);

  // After so many, a thread leaves what others have brought to them: it has connections of its own.
  private static final int TURN_MESSAGES = 512;

  // How long the queue's arrays are. An empty queue has one.
  private static final int QUEUE_CHUNK = 256;

  private final TransportRecorder recorder;
  private final Queue<Arrivals> queue = new MpscUnboundedAtomicArrayQueue<>(QUEUE_CHUNK);
  private final AtomicReference<@Nullable Outlet<?>> outlet = new AtomicReference<>();
  private final AtomicInteger wip = new AtomicInteger();
  private final Runnable drainLoop = this::drainLoop;

  private volatile boolean completed;

  // Only touched inside the drain loop.
  private @Nullable Arrivals current;
  private int position;
  private long handedOutInTurn;
  private boolean stalled;
  private long stalledSinceNanos;

  /** An empty queue without a subscriber. */
  public InboundQueue(TransportRecorder recorder) {
    this.recorder = recorder;
  }

  /** The messages, each taken once it was handed out. */
  public Flux<Message> messages() {
    return flux(
        (subscriber, arrivals, index) -> {
          subscriber.onNext(arrivals.message(index));
          arrivals.taken(index);
        });
  }

  /** The messages with their acknowledgements. */
  public Flux<Delivery> deliveries() {
    return flux((subscriber, arrivals, index) -> subscriber.onNext(arrivals.delivery(index)));
  }

  /** Adds what a source brought. Any thread; the subscriber may be called before it returns. */
  public void offer(Arrivals arrivals) {
    queue.add(arrivals);
    drain();
  }

  /** Completes the subscriber, now or when it comes; what has not been handed out never is. */
  public void complete() {
    completed = true;
    drain();
  }

  private <T> Flux<T> flux(Handover<T> handover) {
    return new Flux<T>() {
      @Override
      public void subscribe(CoreSubscriber<? super T> subscriber) {
        Outlet<T> candidate = new Outlet<>(subscriber, handover);
        if (!takeOver(candidate)) {
          Operators.error(
              subscriber,
              new IllegalStateException(
                  "there is a subscriber already (expected: one at a time for a transport's inbound"
                      + " messages, and one for its proposals)"));
          return;
        }
        subscriber.onSubscribe(candidate);
        candidate.ready = true;
        drain();
      }
    };
  }

  private boolean takeOver(Outlet<?> candidate) {
    while (true) {
      Outlet<?> present = outlet.get();
      // A drain loop that is under way may not have let go yet of one that has cancelled.
      if (present != null && !present.cancelled) {
        return false;
      }
      if (outlet.compareAndSet(present, candidate)) {
        return true;
      }
    }
  }

  private void drain() {
    if (wip.getAndIncrement() == 0) {
      drainLoop();
    }
  }

  private void drainLoop() {
    handedOutInTurn = 0;
    int missed = 1;
    do {
      Outlet<?> out = outlet.get();
      if (out != null && out.ready) {
        while (!drainTo(out)) {
          if (Objects.requireNonNull(current).passTo(drainLoop)) {
            return;
          }
          handedOutInTurn = 0;
        }
      }
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }

  /**
   * Hands out what there is demand for.
   *
   * @return false if the turn of this thread is over before that, and {@link #current} is next
   */
  private <T> boolean drainTo(Outlet<T> out) {
    long demand = out.requested;
    long emitted = 0;
    boolean turnOver = false;
    while (true) {
      if (out.cancelled) {
        outlet.compareAndSet(out, null);
        return true;
      }
      if (out.invalidRequest != null) {
        outlet.compareAndSet(out, null);
        out.cancelled = true;
        out.subscriber.onError(out.invalidRequest);
        return true;
      }
      if (completed) {
        resumed();
        outlet.compareAndSet(out, null);
        out.cancelled = true;
        out.subscriber.onComplete();
        return true;
      }
      if (current == null) {
        current = queue.poll();
        position = 0;
        turnOver = current != null && handedOutInTurn + emitted >= TURN_MESSAGES;
      }
      Arrivals arrivals = current;
      if (arrivals == null || turnOver) {
        break;
      }
      if (emitted == demand) {
        demand = out.requested;
        if (emitted == demand) {
          stall();
          break;
        }
      }
      resumed();
      int index = position++;
      boolean last = position == arrivals.size();
      if (last) {
        current = null;
      }
      hand(out, arrivals, index);
      if (last) {
        arrivals.exhausted();
      }
      emitted++;
    }
    if (emitted > 0 && demand != Long.MAX_VALUE) {
      Outlet.REQUESTED.addAndGet(out, -emitted);
    }
    handedOutInTurn += emitted;
    return !turnOver;
  }

  private <T> void hand(Outlet<T> out, Arrivals arrivals, int index) {
    try {
      out.handover.hand(out.subscriber, arrivals, index);
    } catch (RuntimeException | Error e) {
      // A subscriber must not throw (Reactive Streams 2.13); one that does is done with.
      log.error("the subscriber of received messages threw; it gets no more", e);
      out.cancelled = true;
    }
  }

  private void stall() {
    if (!stalled) {
      stalled = true;
      stalledSinceNanos = System.nanoTime();
      recorder.inboundStallBegan();
    }
  }

  private void resumed() {
    if (stalled) {
      stalled = false;
      recorder.inboundStalled(Duration.ofNanos(System.nanoTime() - stalledSinceNanos));
    }
  }

  /** How a message reaches a subscriber. */
  @FunctionalInterface
  private interface Handover<T> {
    void hand(CoreSubscriber<? super T> subscriber, Arrivals arrivals, int index);
  }

  /** The subscription of the one subscriber. */
  private final class Outlet<T> implements Subscription {

    @SuppressWarnings("rawtypes")
    static final AtomicLongFieldUpdater<Outlet> REQUESTED =
        AtomicLongFieldUpdater.newUpdater(Outlet.class, "requested");

    final CoreSubscriber<? super T> subscriber;
    final Handover<T> handover;

    volatile long requested;
    volatile boolean ready;
    volatile boolean cancelled;
    volatile @Nullable IllegalArgumentException invalidRequest;

    Outlet(CoreSubscriber<? super T> subscriber, Handover<T> handover) {
      this.subscriber = subscriber;
      this.handover = handover;
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        invalidRequest =
            new IllegalArgumentException(
                "requested " + n + " (expected: > 0, Reactive Streams 3.9)");
      } else {
        Operators.addCap(REQUESTED, this, n);
      }
      drain();
    }

    @Override
    public void cancel() {
      cancelled = true;
      drain();
    }
  }
}
