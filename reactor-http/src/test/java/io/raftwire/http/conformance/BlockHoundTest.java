// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Blocking where nothing may block is found out in every test of this module. */
@Timeout(30)
class BlockHoundTest {

  private static void block() {
    try {
      boolean ignored = new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void blockingOnAParallelThreadIsFoundOut() {
    StepVerifier.create(Mono.fromRunnable(BlockHoundTest::block).subscribeOn(Schedulers.parallel()))
        .expectError(BlockingOperationError.class)
        .verify(Duration.ofSeconds(5));
  }

  @Test
  void blockingOnATransportsEventLoopIsFoundOut() {
    try (RaftwirePeer sender = RaftwirePeer.create(1);
        RaftwirePeer receiver = RaftwirePeer.create(2).withoutProposals()) {
      AtomicReference<Throwable> found = new AtomicReference<>();
      AtomicReference<String> thread = new AtomicReference<>();
      receiver
          .transport()
          .proposals()
          .subscribe(
              proposal -> {
                thread.set(Thread.currentThread().getName());
                try {
                  block();
                } catch (BlockingOperationError e) {
                  found.set(e);
                }
              });
      RaftwirePeer.join(sender, receiver);
      assertThat(
              sender.send(
                  TestMessages.message(MessageType.MsgProp, sender.id(), receiver.id()).build()))
          .isTrue();
      Await.until("it arrives", () -> thread.get() != null && found.get() != null);
      assertThat(thread.get()).startsWith("raftwire-2");
    }
  }
}
