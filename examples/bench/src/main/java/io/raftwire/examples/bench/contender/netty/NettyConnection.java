// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.internal.PlatformDependent;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.examples.bench.contender.frames.FrameReader;
import io.raftwire.examples.bench.contender.frames.FrameWriter;
import io.raftwire.raftpb.Message;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One channel. Senders put messages into a queue; the event loop writes what it finds there in
 * batches of 64 KiB, each flushed at once, for as long as the channel is writable.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements Connection {

  static final int BATCH_BYTES = 64 << 10;

  private static final int QUEUE = 8192;
  private static final int BATCHES_IN_A_ROW = 8;

  private final Channel channel;
  private final FrameReader reader;
  private final FrameWriter writer;
  private final Wire.Listener listener;
  private final Queue<Message> queue = PlatformDependent.newFixedMpscQueue(QUEUE);
  private final AtomicBoolean draining = new AtomicBoolean();
  private final Runnable drain = this::drain;

  NettyConnection(Channel channel, FrameReader reader, FrameWriter writer, Wire.Listener listener) {
    this.channel = channel;
    this.reader = reader;
    this.writer = writer;
    this.listener = listener;
  }

  @Override
  public void send(Message message) {
    if (!queue.offer(message)) {
      throw new BenchException(QUEUE + " messages wait");
    }
    if (!draining.get() && draining.compareAndSet(false, true)) {
      channel.eventLoop().execute(drain);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object read) {
    ByteBuf bytes = (ByteBuf) read;
    try {
      reader.read(bytes);
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable() && draining.get()) {
      channel.eventLoop().execute(drain);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    listener.failed("the connection was closed");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    listener.failed(cause.toString());
    context.close();
  }

  private void drain() {
    do {
      for (int i = 0; !queue.isEmpty(); i++) {
        if (!channel.isWritable()) {
          return; // and go on when it is
        }
        if (i == BATCHES_IN_A_ROW) {
          channel.eventLoop().execute(drain); // after what has been received meanwhile
          return;
        }
        channel.writeAndFlush(
            writer.batch(queue, channel.alloc(), BATCH_BYTES), channel.voidPromise());
      }
      draining.set(false);
    } while (!queue.isEmpty() && draining.compareAndSet(false, true));
  }
}
