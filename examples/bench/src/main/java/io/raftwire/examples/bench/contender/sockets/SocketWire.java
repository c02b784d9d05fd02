// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.sockets;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.examples.bench.contender.frames.FrameReader;
import io.raftwire.examples.bench.contender.frames.FrameWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Blocking sockets, with a thread that reads for each. */
public final class SocketWire implements Wire {

  private static final int READ_BYTES = 64 << 10;

  private final Link link;
  private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
  private @Nullable ServerSocketChannel server;

  /** A wire that has no connections. */
  public SocketWire(Link link) {
    this.link = link;
  }

  @Override
  public void listen(InetSocketAddress address, Listener listener) {
    try {
      ServerSocketChannel bound = ServerSocketChannel.open().bind(address);
      server = bound;
      startThread("accept", () -> accept(bound, listener));
    } catch (IOException e) {
      throw new BenchException("cannot listen at " + address + ": " + e.getMessage(), e);
    }
  }

  @Override
  public Connection connect(InetSocketAddress address, Work work, Listener listener) {
    try {
      SocketChannel socket = SocketChannel.open(address);
      prepare(socket);
      FrameWriter writer = new FrameWriter(work);
      socket.write(ByteBuffer.wrap(new byte[] {writer.preamble()}));
      FrameReader reader = FrameReader.ofMessages(listener);
      startThread("read", () -> read(socket, reader, listener));
      return new SocketConnection(socket, writer);
    } catch (IOException e) {
      throw new BenchException("cannot connect to " + address + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      if (server != null) {
        server.close();
      }
      for (SocketChannel socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new BenchException("cannot close a socket: " + e.getMessage(), e);
    }
  }

  private void accept(ServerSocketChannel bound, Listener listener) {
    try {
      while (true) {
        SocketChannel socket = bound.accept();
        prepare(socket);
        listener.accepted(new SocketConnection(socket, new FrameWriter(Work.small)));
        FrameReader reader =
            new FrameReader(link.id().value(), link.others().get(0).id().value(), listener);
        startThread("read", () -> read(socket, reader, listener));
      }
    } catch (IOException e) {
      listener.failed(e.toString());
    }
  }

  private void prepare(SocketChannel socket) throws IOException {
    open.add(socket);
    socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  private static void read(SocketChannel socket, FrameReader reader, Listener listener) {
    ByteBuffer memory = ByteBuffer.allocateDirect(READ_BYTES);
    ByteBuf bytes = Unpooled.wrappedBuffer(memory);
    try {
      while (socket.read(memory.clear()) >= 0) {
        reader.read(bytes.setIndex(0, memory.position()));
      }
      listener.failed("the connection was closed");
    } catch (IOException | RuntimeException e) {
      listener.failed(e.toString());
    }
  }

  private static void startThread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }
}
