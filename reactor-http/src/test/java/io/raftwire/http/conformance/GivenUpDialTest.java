// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.raftwire.MemberId;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Dials that are given up while their answers come. */
@Timeout(120)
class GivenUpDialTest {

  private static final MemberId PEER = MemberId.of(2);
  private static final int DIALS = 1_500;

  @Test
  void answersToDialsThatWereGivenUpAreReleased() {
    long seed = System.nanoTime();
    System.out.println("GivenUpDialTest: seed " + seed);
    Random random = new Random(seed);
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true, true);
    try (RawServer server =
            new RawServer(
                head ->
                    (connection, request) -> {
                      connection.send(RawServer.refusal(404, "no such thing here"));
                    });
        RaftwirePeer member =
            new RaftwirePeer(
                1,
                config ->
                    config
                        .allocator(allocator)
                        .timeouts(
                            t ->
                                t.redialMin(Duration.ofMillis(1))
                                    .redialMax(Duration.ofMillis(2))))) {
      member.start();
      for (int i = 0; i < DIALS; i++) {
        member.addPeer(PEER, server.url());
        LockSupport.parkNanos(random.nextInt(2_000_000));
        member.removePeer(PEER);
      }
    }
    Await.until("all buffers are given back", () -> allocator.metric().usedDirectMemory() == 0);
  }
}
