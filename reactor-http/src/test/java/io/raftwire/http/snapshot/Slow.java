// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import io.netty.buffer.ByteBuf;
import io.raftwire.SnapshotStore;
import io.raftwire.raftpb.Message;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes what the test requests and no more. */
final class Slow implements SnapshotStore {

  final AtomicReference<org.reactivestreams.Subscription> subscribed = new AtomicReference<>();
  final AtomicInteger saves = new AtomicInteger();
  final AtomicLong taken = new AtomicLong();

  @Override
  public Mono<Long> save(Message snapshot, Flux<ByteBuf> body) {
    return Mono.create(
        sink -> {
          saves.incrementAndGet();
          reactor.core.publisher.BaseSubscriber<ByteBuf> subscriber =
              new reactor.core.publisher.BaseSubscriber<>() {
                @Override
                protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
                  subscribed.set(subscription);
                }

                @Override
                protected void hookOnNext(ByteBuf bytes) {
                  taken.addAndGet(bytes.readableBytes());
                  bytes.release();
                }

                @Override
                protected void hookOnComplete() {
                  sink.success(taken.get());
                }

                @Override
                protected void hookOnError(Throwable cause) {
                  sink.error(cause);
                }
              };
          sink.onDispose(subscriber);
          body.subscribe(subscriber);
        });
  }
}
