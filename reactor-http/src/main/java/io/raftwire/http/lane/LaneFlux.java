// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import io.raftwire.raftpb.Message;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * A lane as a flux, for one subscriber: messages leave the lane as they are requested, and their
 * room is given back when they do. Completes only if asked to. Signals come on the thread that
 * offers, requests or asks.
 */
public final class LaneFlux extends Flux<Message> {

  private final Lane lane;
  private final AtomicBoolean subscribed = new AtomicBoolean();

  private volatile boolean completing;
  private volatile @Nullable Outlet outlet;

  /** The messages of a lane. */
  public LaneFlux(Lane lane) {
    this.lane = lane;
  }

  @Override
  public void subscribe(CoreSubscriber<? super Message> subscriber) {
    if (!subscribed.compareAndSet(false, true) || !lane.claim()) {
      Operators.error(
          subscriber,
          new IllegalStateException(
              "the " + lane.channel().label() + " lane has a consumer (expected: one)"));
      return;
    }
    Outlet next = new Outlet(subscriber);
    outlet = next;
    subscriber.onSubscribe(next);
    lane.onAvailable(next::drain);
  }

  /**
   * Has the flux complete as soon as the lane is empty. What is offered after that stays in the
   * lane, for its next consumer. From any thread.
   */
  public void completeWhenEmpty() {
    completing = true;
    Outlet subscription = outlet;
    if (subscription != null) {
      subscription.drain();
    }
  }

  private final class Outlet implements Subscription {

    private final CoreSubscriber<? super Message> subscriber;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger wip = new AtomicInteger();

    private volatile boolean cancelled;
    private volatile boolean invalidRequest;
    private boolean done;

    Outlet(CoreSubscriber<? super Message> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      if (n <= 0) {
        invalidRequest = true;
      } else {
        requested.accumulateAndGet(n, Operators::addCap);
      }
      drain();
    }

    @Override
    public void cancel() {
      cancelled = true;
      drain();
    }

    void drain() {
      if (wip.getAndIncrement() != 0) {
        return;
      }
      int missed = 1;
      do {
        drainOnce();
        missed = wip.addAndGet(-missed);
      } while (missed != 0);
    }

    private void drainOnce() {
      while (!done) {
        if (cancelled) {
          finish();
          return;
        }
        if (invalidRequest) {
          finish();
          subscriber.onError(
              new IllegalArgumentException("requested <= 0 (expected: > 0, Reactive Streams 3.9)"));
          return;
        }
        if (requested.get() == 0) {
          // The lane stays awake: the next request goes on from here.
          if (completing && lane.messages() == 0) {
            complete();
          }
          return;
        }
        Message message = lane.poll();
        if (message != null) {
          requested.accumulateAndGet(1, LaneFlux::produced);
          lane.release(1, message.getSerializedSize());
          subscriber.onNext(message);
        } else if (completing) {
          complete();
        } else if (lane.idle()) {
          return;
        }
      }
    }

    private void complete() {
      finish();
      subscriber.onComplete();
    }

    private void finish() {
      done = true;
      outlet = null;
      lane.relinquish();
    }
  }

  private static long produced(long requested, long n) {
    return requested == Long.MAX_VALUE ? requested : requested - n;
  }
}
