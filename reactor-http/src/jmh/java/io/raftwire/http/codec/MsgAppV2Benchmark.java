// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Time for each MsgApp of the {@code msgapp} stream, in batches of compact frames. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MsgAppV2Benchmark {

  private static final int BATCH = 32;
  private static final MemberId LEADER = MemberId.of(1);
  private static final MemberId FOLLOWER = MemberId.of(2);

  /** How many entries a message has, and of how many bytes. */
  @Param({"1x64", "1x1024", "64x128"})
  public String entries;

  private final Message[] messages = new Message[BATCH];
  private int count;
  private int size;
  private ByteBuf frames;
  private ByteBuf target;

  /** Builds a leader's log. */
  @Setup(Level.Trial)
  public void prepare() {
    int cross = entries.indexOf('x');
    count = Integer.parseInt(entries.substring(0, cross));
    size = Integer.parseInt(entries.substring(cross + 1));
    for (int i = 0; i < BATCH; i++) {
      messages[i] = append((long) i * count);
    }
    target = PooledByteBufAllocator.DEFAULT.directBuffer(2 * BATCH * count * (size + 128));
    frames = PooledByteBufAllocator.DEFAULT.directBuffer(2 * BATCH * count * (size + 128));
    encodeInto(frames);
  }

  /** Gives the buffers back. */
  @TearDown(Level.Trial)
  public void release() {
    target.release();
    frames.release();
  }

  /** One batch into one buffer. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public int encode() {
    encodeInto(target.clear());
    return target.readableBytes();
  }

  /** One batch out of one buffer. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void decode(Blackhole out) {
    MsgAppV2Decoder decoder = new MsgAppV2Decoder(FOLLOWER, LEADER, 1 << 30, 1 << 20);
    decoder.decode(
        frames.readerIndex(0),
        new MessageSink() {
          @Override
          public void message(Message message, long messageBytes, long wireBytes) {
            out.consume(message);
          }

          @Override
          public void linkHeartbeat() {
            throw new AssertionError("nobody wrote one");
          }
        });
  }

  private void encodeInto(ByteBuf buffer) {
    MsgAppV2Encoder encoder = new MsgAppV2Encoder(LEADER, FOLLOWER);
    FrameBatch batch = new FrameBatch(buffer);
    for (Message message : messages) {
      encoder.frameSize(message);
      encoder.encode(message, batch);
    }
    batch.finish();
  }

  private Message append(long index) {
    Message.Builder message =
        Message.newBuilder()
            .setType(MessageType.MsgApp)
            .setFrom(LEADER.value())
            .setTo(FOLLOWER.value())
            .setTerm(1)
            .setLogTerm(1)
            .setIndex(index)
            .setCommit(index);
    for (int i = 1; i <= count; i++) {
      message.addEntries(
          Entry.newBuilder()
              .setTerm(1)
              .setIndex(index + i)
              .setData(ByteString.copyFrom(new byte[size])));
    }
    return message.build();
  }
}
