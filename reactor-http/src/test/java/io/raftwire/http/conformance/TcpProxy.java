// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A TCP proxy on 127.0.0.1 that can cut connections, hold their bytes back, or delay them. */
final class TcpProxy implements Closeable {

  private static final int BUFFER = 64 * 1024;

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private volatile int target;
  private volatile boolean stalled;
  private volatile boolean refusing;
  private volatile long delayNanos;
  private volatile boolean closed;

  TcpProxy(int targetPort) {
    this.target = targetPort;
    try {
      this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    spawn("accept", this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** New connections go to another port. */
  void target(int port) {
    target = port;
  }

  /** How many connections were made so far. */
  int accepted() {
    return accepted.get();
  }

  /** Closes all connections; new ones may come. */
  void cut() {
    sockets.forEach(TcpProxy::closeQuietly);
  }

  /** Takes connections and bytes, but hands none on, until {@link #flow}. */
  void stall() {
    stalled = true;
  }

  void flow() {
    stalled = false;
    refusing = false;
  }

  /** Closes new connections at once, until {@link #flow}. */
  void refuse() {
    refusing = true;
  }

  /** Holds each read back for a time. */
  void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }

  @Override
  public void close() {
    closed = true;
    closeQuietly(listener);
    cut();
  }

  private void accept() {
    while (!closed) {
      Socket in;
      try {
        in = listener.accept();
      } catch (IOException e) {
        return;
      }
      if (refusing) {
        closeQuietly(in);
        continue;
      }
      accepted.incrementAndGet();
      sockets.add(in);
      try {
        Socket out = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(out);
        if (closed) {
          cut();
        }
        in.setTcpNoDelay(true);
        out.setTcpNoDelay(true);
        spawn("there", () -> pump(in, out));
        spawn("back", () -> pump(out, in));
      } catch (IOException e) {
        closeQuietly(in);
      }
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[BUFFER];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        long delay = delayNanos;
        if (delay > 0) {
          LockSupport.parkNanos(delay);
        }
        while (stalled && !from.isClosed() && !to.isClosed()) {
          LockSupport.parkNanos(1_000_000);
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // One side is gone; the other follows.
    } finally {
      closeQuietly(from);
      closeQuietly(to);
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private static void spawn(String name, Runnable work) {
    Thread thread = new Thread(work, "test-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void closeQuietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed for all we care.
    }
  }
}
