// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WriteTurnTest {

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final EventLoop loop = loops.next();
  // What was done, in order. Changed by whoever has the turn.
  private final List<String> done = new ArrayList<>();
  private final WriteTurn turn = new WriteTurn(loop, () -> done.add("write"));

  @AfterEach
  void end() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }

  private void onLoop(Runnable task) {
    loop.submit(task).syncUninterruptibly();
  }

  private void rest() {
    onLoop(turn::rest);
    long began = System.nanoTime();
    while (System.nanoTime() - began < WriteTurn.REST_NANOS) {
      Thread.onSpinWait();
    }
  }

  private boolean sender(boolean canRest) {
    return turn.writeHere(
        () -> {
          done.add("sender");
          return canRest;
        });
  }

  @Test
  void atFirstItIsTheEventLoops() {
    assertThat(sender(true)).isFalse();
    turn.writeOnLoop();
    onLoop(() -> {});
    assertThat(done).containsExactly("write");
  }

  @Test
  void aSenderWritesWhileTheStreamRests() {
    rest();
    assertThat(sender(true)).isTrue();
    rest();
    assertThat(sender(true)).isTrue();
    onLoop(() -> assertThat(turn.takeByLoop()).isTrue());
    assertThat(sender(true)).isFalse();
    assertThat(done).containsExactly("sender", "sender");
  }

  @Test
  void notBeforeTheStreamHasRestedForAWhile() {
    // However slow the machine is, one of these comes early enough.
    for (int i = 0; i < 1_000_000; i++) {
      turn.rest();
      if (!sender(true)) {
        return;
      }
    }
    throw new AssertionError("each sender could write");
  }

  @Test
  void theEventLoopGoesOnWhereASenderCouldNot() {
    rest();
    assertThat(sender(false)).isTrue();
    assertThat(sender(true)).isFalse();
    onLoop(() -> {});
    assertThat(done).containsExactly("sender", "write");
  }

  @Test
  void theEventLoopDoesNotWriteAsASender() {
    rest();
    onLoop(() -> assertThat(sender(true)).isFalse());
    assertThat(done).isEmpty();
  }

  @Test
  void whatComesWhileASenderWritesIsPutOff() {
    rest();
    boolean written =
        turn.writeHere(
            () -> {
              onLoop(() -> turn.run(() -> done.add("first")));
              turn.run(() -> done.add("second"));
              turn.writeOnLoop();
              onLoop(() -> assertThat(turn.takeByLoop()).isFalse());
              done.add("sender");
              return true;
            });
    assertThat(written).isTrue();
    onLoop(() -> {});
    assertThat(done).containsExactly("sender", "first", "second", "write");
  }

  @Test
  void aTaskThatFailsTakesNoOtherWithIt() {
    rest();
    turn.writeHere(
        () -> {
          onLoop(
              () -> {
                turn.run(
                    () -> {
                      throw new IllegalStateException("thrown by the test");
                    });
                turn.run(() -> done.add("second"));
              });
          return true;
        });
    onLoop(() -> {});
    onLoop(() -> {});
    assertThat(done).containsExactly("second", "write");
  }

  @Test
  void notOnceTheEventLoopEnds() {
    rest();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    assertThat(sender(true)).isFalse();
    turn.writeOnLoop();
    assertThat(done).isEmpty();
  }

  /** A counter that is no atomic one. */
  @Test
  void whoHasItSeesWhatWasDoneBefore() throws InterruptedException {
    int senders = 3;
    int each = 5_000;
    long[] changes = new long[1];
    AtomicInteger expected = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(senders);
    onLoop(turn::rest);
    for (int i = 0; i < senders; i++) {
      new Thread(
              () -> {
                for (int taken = 0; taken < each; ) {
                  if (turn.writeHere(
                      () -> {
                        changes[0]++;
                        return true;
                      })) {
                    taken++;
                    expected.incrementAndGet();
                  }
                }
                ended.countDown();
              })
          .start();
    }
    while (!ended.await(20, TimeUnit.MICROSECONDS)) {
      turn.run(
          () -> {
            changes[0]++;
            expected.incrementAndGet();
            turn.rest();
          });
      onLoop(
          () -> {
            // What "write" does in a stream, when there is nothing.
            if (turn.takeByLoop()) {
              turn.rest();
            }
          });
    }
    onLoop(() -> assertThat(turn.takeByLoop()).isTrue());
    assertThat(changes[0]).isEqualTo(expected.get());
  }
}
