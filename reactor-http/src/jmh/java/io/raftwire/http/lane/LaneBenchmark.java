// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Time for each message that goes through a lane, without a second thread at the other end. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LaneBenchmark {

  private static final int BATCH = 64;
  private static final Message MESSAGE =
      Message.newBuilder().setType(MessageType.MsgApp).setFrom(1).setTo(2).setTerm(1).build();
  private static final long SIZE = MESSAGE.getSerializedSize();

  private final Lane lane =
      new Lane(
          PeerChannel.MSGAPP,
          new LaneLimits(4096, 64L << 20, 256),
          TransportRecorder.noop().peer(MemberId.of(1), MemberId.of(2)));

  /** A batch in, then the same out. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void offerAndPoll(Blackhole out) {
    for (int i = 0; i < BATCH; i++) {
      lane.offer(MESSAGE, SIZE, MessageClass.APPEND);
    }
    for (int i = 0; i < BATCH; i++) {
      out.consume(lane.poll());
    }
    lane.release(BATCH, BATCH * SIZE);
  }
}
