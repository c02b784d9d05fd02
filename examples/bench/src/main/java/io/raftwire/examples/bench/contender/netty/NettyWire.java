// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.examples.bench.contender.frames.FrameReader;
import io.raftwire.examples.bench.contender.frames.FrameWriter;
import java.net.InetSocketAddress;

/** TCP connections of Netty on one event loop, with epoll where there is epoll. */
public final class NettyWire implements Wire {

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(NettyConnection.BATCH_BYTES, 2 * NettyConnection.BATCH_BYTES);

  // One loop for all ends of this process, as they would share it in an application.
  private static final EventLoopGroup LOOPS =
      new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("netty", true), ioHandlers());

  private final Link link;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /** A wire that has no connections. */
  public NettyWire(Link link) {
    this.link = link;
  }

  @Override
  public void listen(InetSocketAddress address, Listener listener) {
    Class<? extends ServerChannel> type =
        Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    ChannelInitializer<Channel> initializer =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            FrameReader reader =
                new FrameReader(link.id().value(), link.others().get(0).id().value(), listener);
            // What answers are, is said nowhere: they are message frames.
            NettyConnection connection =
                new NettyConnection(channel, reader, new FrameWriter(Work.small), listener);
            open.add(channel);
            channel.pipeline().addLast(connection);
            listener.accepted(connection);
          }
        };
    ChannelFuture bound =
        new ServerBootstrap()
            .group(LOOPS)
            .channel(type)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(initializer)
            .bind(address)
            .awaitUninterruptibly();
    open.add(bound.channel());
    Throwable failure = bound.cause();
    if (failure != null) {
      throw new BenchException("cannot listen at " + address + ": " + failure.getMessage());
    }
  }

  @Override
  public Connection connect(InetSocketAddress address, Work work, Listener listener) {
    Class<? extends Channel> type =
        Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    FrameWriter writer = new FrameWriter(work);
    ChannelInitializer<Channel> initializer =
        new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel
                .pipeline()
                .addLast(
                    new NettyConnection(
                        channel, FrameReader.ofMessages(listener), writer, listener));
          }
        };
    ChannelFuture connected =
        new Bootstrap()
            .group(LOOPS)
            .channel(type)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .handler(initializer)
            .connect(address)
            .awaitUninterruptibly();
    Throwable failure = connected.cause();
    if (failure != null) {
      throw new BenchException("cannot connect to " + address + ": " + failure.getMessage());
    }
    Channel channel = connected.channel();
    open.add(channel);
    channel.writeAndFlush(channel.alloc().buffer(1).writeByte(writer.preamble()));
    return channel.pipeline().get(NettyConnection.class);
  }

  @Override
  public void close() {
    open.close().awaitUninterruptibly();
  }

  private static IoHandlerFactory ioHandlers() {
    return Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
  }
}
