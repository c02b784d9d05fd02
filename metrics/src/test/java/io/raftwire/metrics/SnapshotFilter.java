// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands before a member and passes on what it is sent, except for snapshots: until it is opened, a
 * connection that brings one is closed.
 */
final class SnapshotFilter implements AutoCloseable {

  private static final String SNAPSHOT = "POST /raft/snapshot ";

  private final int target;
  private final ServerSocket server;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean open;

  SnapshotFilter(String url) throws IOException {
    this.target = URI.create(url).getPort();
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    run(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** From now on snapshots pass too. */
  void open() {
    open = true;
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() throws IOException {
    while (true) {
      Socket from = server.accept();
      sockets.add(from);
      run(() -> connect(from));
    }
  }

  private void connect(Socket from) throws IOException {
    try (from;
        Socket to = new Socket(InetAddress.getLoopbackAddress(), target)) {
      sockets.add(to);
      run(() -> pass(to, from));
      pass(from, to);
    }
  }

  private void pass(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[8192];
      for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
        // A request's head begins what is read, since the client waits for the answer before it.
        String begin =
            new String(buffer, 0, Math.min(length, SNAPSHOT.length()), StandardCharsets.ISO_8859_1);
        if (!open && begin.equals(SNAPSHOT)) {
          return;
        }
        out.write(buffer, 0, length);
      }
    }
  }

  /** Something that ends with its connection. */
  private interface Work {
    void run() throws IOException;
  }

  private static void run(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // The connection is gone, or the test is over.
              }
            },
            "snapshot-filter");
    thread.setDaemon(true);
    thread.start();
  }
}
