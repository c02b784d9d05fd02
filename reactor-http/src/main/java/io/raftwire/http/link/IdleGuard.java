// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Fails the body of a request of which nothing arrives although it is wanted; while it is not, time
 * stands still. Its clock is the connection's event loop, where a timer costs no change of threads.
 */
public final class IdleGuard {

  private final AtomicLong wanted = new AtomicLong();
  private final Sinks.Empty<Void> idle = Sinks.empty();
  private final EventExecutor eventLoop;
  private final long limitNanos;

  private volatile long lastNanos = System.nanoTime();

  // Only touched on the event loop.
  private @Nullable ScheduledFuture<?> check;
  private boolean ended;

  private IdleGuard(EventExecutor eventLoop, Duration limit) {
    this.eventLoop = eventLoop;
    this.limitNanos = limit.toNanos();
  }

  /** The request's body, failing with {@link TimeoutException} after the limit. */
  public static Flux<ByteBuf> body(HttpServerRequest request, Duration limit) {
    return Flux.defer(() -> new IdleGuard(eventLoop(request), limit).watch(request.receive()));
  }

  private static EventExecutor eventLoop(HttpServerRequest request) {
    EventExecutor[] eventLoop = new EventExecutor[1];
    request.withConnection(connection -> eventLoop[0] = connection.channel().eventLoop());
    return eventLoop[0];
  }

  private Flux<ByteBuf> watch(Flux<ByteBuf> body) {
    onLoop(() -> check(limitNanos));
    return body.doOnRequest(this::requested)
        .doOnNext(bytes -> arrived())
        .takeUntilOther(idle.asMono())
        .doFinally(signal -> onLoop(this::end));
  }

  private void onLoop(Runnable task) {
    if (eventLoop.inEventLoop()) {
      task.run();
    } else {
      eventLoop.execute(task);
    }
  }

  private void requested(long n) {
    if (wanted.getAndAccumulate(n, Operators::addCap) == 0) {
      lastNanos = System.nanoTime();
    }
  }

  private void arrived() {
    lastNanos = System.nanoTime();
    if (wanted.get() != Long.MAX_VALUE) {
      wanted.decrementAndGet();
    }
  }

  private void check(long delayNanos) {
    if (!ended) {
      check = eventLoop.schedule(this::checkNow, delayNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void checkNow() {
    long left = wanted.get() > 0 ? lastNanos + limitNanos - System.nanoTime() : limitNanos;
    if (left > 0) {
      check(left);
      return;
    }
    idle.tryEmitError(
        new TimeoutException(
            "nothing of the body arrived for " + Duration.ofNanos(limitNanos).toMillis() + " ms"));
  }

  private void end() {
    ended = true;
    ScheduledFuture<?> armed = check;
    if (armed != null) {
      armed.cancel(false);
    }
  }
}
