// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Reads from one connection as its own allocator says, and in large pieces while a snapshot's body
 * comes over it: waking a thread costs as much for 64 KiB as for 512 KiB. Their buffers are those
 * of the pool, which gives the same few again and again; Netty's default allocator makes new memory
 * for many of them, and clearing it took a fifth of the event loop's time.
 */
public final class LargeReads implements RecvByteBufAllocator {

  // A body that comes in drops is read in small buffers, since each may wait for the disk.
  private static final RecvByteBufAllocator LARGE =
      new AdaptiveRecvByteBufAllocator(2 << 10, 64 << 10, 512 << 10);

  private final RecvByteBufAllocator usual;

  private volatile boolean wanted;

  private LargeReads(RecvByteBufAllocator usual) {
    this.usual = usual;
  }

  /** Makes them possible on a connection of which nothing has been read yet. */
  public static void prepare(Channel channel) {
    ChannelConfig config = channel.config();
    config.setRecvByteBufAllocator(
        new LargeReads(config.<RecvByteBufAllocator>getRecvByteBufAllocator()));
  }

  /**
   * From the next round of reads on. Nothing on a connection that is not prepared, nor on one with
   * TLS, which would copy the rest of each read to a new buffer as large.
   */
  public static void set(Channel channel, boolean wanted) {
    RecvByteBufAllocator allocator = channel.config().getRecvByteBufAllocator();
    if (allocator instanceof LargeReads reads && channel.pipeline().get(SslHandler.class) == null) {
      reads.wanted = wanted;
    }
  }

  @Override
  @SuppressWarnings("deprecation") // Channels need the handle that is going to take its place.
  public Handle newHandle() {
    return new Switch((ExtendedHandle) usual.newHandle(), (ExtendedHandle) LARGE.newHandle());
  }

  /** Changes over between two rounds of reads, since each round is counted by one handle. */
  private final class Switch implements RecvByteBufAllocator.ExtendedHandle {

    private final ExtendedHandle small;
    private final ExtendedHandle large;
    private ExtendedHandle current;

    Switch(ExtendedHandle small, ExtendedHandle large) {
      this.small = small;
      this.large = large;
      this.current = small;
    }

    @Override
    public void reset(ChannelConfig config) {
      current = wanted ? large : small;
      current.reset(config);
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return current.allocate(current == large ? PooledByteBufAllocator.DEFAULT : allocator);
    }

    @Override
    public int guess() {
      return current.guess();
    }

    @Override
    public void incMessagesRead(int messages) {
      current.incMessagesRead(messages);
    }

    @Override
    public void lastBytesRead(int bytes) {
      current.lastBytesRead(bytes);
    }

    @Override
    public int lastBytesRead() {
      return current.lastBytesRead();
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      current.attemptedBytesRead(bytes);
    }

    @Override
    public int attemptedBytesRead() {
      return current.attemptedBytesRead();
    }

    @Override
    public boolean continueReading() {
      return current.continueReading();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return current.continueReading(maybeMoreData);
    }

    @Override
    public void readComplete() {
      current.readComplete();
    }
  }
}
