// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.sockets;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.SavedSnapshot;
import io.raftwire.examples.bench.contender.SnapshotSender;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Message;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file from one socket to another by {@code sendfile}, saved as durably as a snapshot store does
 * it: temporary file, sync, rename. Each file has its length and its index before it, and a byte
 * comes back when it is saved.
 */
public final class SnapshotSocket implements Endpoint, SnapshotSender {

  private static final int HEAD_BYTES = 2 * Long.BYTES;
  private static final int READ_BYTES = 256 << 10;

  private final Link link;
  private @Nullable ServerSocketChannel server;
  private @Nullable SocketChannel socket;

  /** An end that is not started. */
  public SnapshotSocket(Link link) {
    this.link = link;
  }

  @Override
  public void start(Consumer<Message> receive) {
    Path directory = link.directory();
    if (directory == null) {
      return;
    }
    try {
      ServerSocketChannel bound = ServerSocketChannel.open().bind(Link.address(link.listen()));
      server = bound;
      Thread thread = new Thread(() -> serve(bound, directory), "snapshots");
      thread.setDaemon(true);
      thread.start();
    } catch (IOException e) {
      throw new BenchException("cannot listen at " + link.listen() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void connect(Work work) {}

  @Override
  public void awaitConnected() {
    Link.Other other = link.others().get(0);
    try {
      socket = SocketChannel.open(Link.address(other.url()));
    } catch (IOException e) {
      throw new BenchException("cannot connect to " + other.url() + ": " + e.getMessage(), e);
    }
  }

  @Override
  public boolean send(Message message) {
    throw new UnsupportedOperationException("it only sends snapshots");
  }

  @Override
  public void sendSnapshot(Message snapshot, Path body) {
    SocketChannel to = socket;
    if (to == null) {
      throw new IllegalStateException("not connected");
    }
    try (FileChannel file = FileChannel.open(body, StandardOpenOption.READ)) {
      long length = file.size();
      ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
      head.putLong(length).putLong(snapshot.getSnapshot().getMetadata().getIndex()).flip();
      to.write(head);
      for (long sent = 0; sent < length; ) {
        sent += file.transferTo(sent, length - sent, to);
      }
      readFully(to, ByteBuffer.allocate(1));
    } catch (IOException e) {
      throw new BenchException("the snapshot did not arrive: " + e.getMessage(), e);
    }
  }

  @Override
  public long disturbances() {
    return 0;
  }

  @Override
  public void requireSound() {}

  @Override
  public void close() {
    try {
      if (server != null) {
        server.close();
      }
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      throw new BenchException("cannot close a socket: " + e.getMessage(), e);
    }
  }

  private static void serve(ServerSocketChannel server, Path directory) {
    ByteBuffer buffer = ByteBuffer.allocateDirect(READ_BYTES);
    try (SocketChannel from = server.accept()) {
      ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
      while (readFully(from, head.clear())) {
        long length = head.flip().getLong();
        Path target = directory.resolve(head.getLong() + ".snap.db");
        save(from, length, target, buffer);
        from.write(ByteBuffer.wrap(new byte[1]));
        SavedSnapshot.delete(target);
      }
    } catch (AsynchronousCloseException e) {
      // Asked to end.
    } catch (IOException e) {
      throw new BenchException("cannot save a snapshot: " + e.getMessage(), e);
    }
  }

  private static void save(SocketChannel from, long length, Path target, ByteBuffer buffer)
      throws IOException {
    Path temporary = target.resolveSibling("tmp");
    try (FileChannel file =
        FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long left = length; left > 0; ) {
        buffer.clear().limit((int) Math.min(left, buffer.capacity()));
        if (from.read(buffer) < 0) {
          throw new EOFException("the sender went away");
        }
        buffer.flip();
        left -= buffer.remaining();
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      file.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean readFully(SocketChannel from, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (from.read(into) < 0) {
        return false;
      }
    }
    return true;
  }
}
