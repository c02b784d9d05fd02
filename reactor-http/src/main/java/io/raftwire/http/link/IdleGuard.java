// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;

/**
 * Fails a body of which nothing arrives although it is wanted; while it is not, time stands still.
 */
public final class IdleGuard {

  private final AtomicLong wanted = new AtomicLong();
  private final long limitNanos;
  private volatile long lastNanos = System.nanoTime();

  private IdleGuard(Duration limit) {
    this.limitNanos = limit.toNanos();
  }

  /** The body, failing with {@link TimeoutException} after the limit. */
  public static Flux<ByteBuf> guard(Flux<ByteBuf> body, Duration limit) {
    return Flux.defer(() -> new IdleGuard(limit).watch(body));
  }

  private Flux<ByteBuf> watch(Flux<ByteBuf> body) {
    Mono<Void> idle =
        Flux.interval(Duration.ofNanos(Math.max(1, limitNanos / 4)))
            .filter(tick -> idle())
            .next()
            .flatMap(
                tick ->
                    Mono.error(
                        new TimeoutException(
                            "nothing of the body arrived for "
                                + Duration.ofNanos(limitNanos).toMillis()
                                + " ms")));
    return body.doOnRequest(this::requested).doOnNext(bytes -> arrived()).takeUntilOther(idle);
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

  private boolean idle() {
    return wanted.get() > 0 && System.nanoTime() - lastNanos > limitNanos;
  }
}
