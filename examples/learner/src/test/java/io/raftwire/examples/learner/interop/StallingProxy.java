// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Passes connections on to a port; stalled, it takes and keeps everything and passes nothing. */
final class StallingProxy implements AutoCloseable {

  private final ServerSocket server;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private boolean stalled;

  StallingProxy(int target) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.target = target;
    start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  synchronized void stall(boolean on) {
    stalled = on;
    notifyAll();
  }

  private synchronized void awaitFlow() throws InterruptedException {
    while (stalled) {
      wait();
    }
  }

  private void accept() throws Exception {
    while (true) {
      Socket incoming = server.accept();
      sockets.add(incoming);
      start(() -> connect(incoming));
    }
  }

  private void connect(Socket incoming) throws Exception {
    awaitFlow();
    Socket outgoing;
    try {
      outgoing = new Socket(InetAddress.getLoopbackAddress(), target);
    } catch (IOException e) {
      incoming.close();
      return;
    }
    sockets.add(outgoing);
    start(() -> copy(incoming, outgoing));
    copy(outgoing, incoming);
  }

  private void copy(Socket from, Socket to) throws Exception {
    byte[] buffer = new byte[64 * 1024];
    try {
      for (int n = from.getInputStream().read(buffer);
          n >= 0;
          n = from.getInputStream().read(buffer)) {
        awaitFlow();
        to.getOutputStream().write(buffer, 0, n);
      }
    } finally {
      awaitFlow();
      from.close();
      to.close();
      sockets.remove(from);
      sockets.remove(to);
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static void start(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // the connection is over
              }
            },
            "stalling-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    stall(false);
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
