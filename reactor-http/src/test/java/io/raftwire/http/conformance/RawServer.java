// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A peer's server by hand: each connection is served by a script on a thread of its own. */
final class RawServer implements Closeable {

  /** What a connection does after its request's head was read. */
  interface Script {
    void serve(RawHttp connection, RawHttp.Head request) throws Exception;
  }

  /** One request that came. */
  record Dial(String path, long nanos) {}

  private final ServerSocket listener;
  private final Set<RawHttp> connections = ConcurrentHashMap.newKeySet();
  private final List<Dial> dials = new CopyOnWriteArrayList<>();
  private final List<RawHttp.Head> heads = new CopyOnWriteArrayList<>();
  private volatile Function<RawHttp.Head, @Nullable Script> scripts;

  RawServer(Function<RawHttp.Head, @Nullable Script> scripts) {
    this.scripts = scripts;
    try {
      this.listener = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    spawn(this::accept);
  }

  /** Serves streams of one kind by a script; every other request is answered 404. */
  static RawServer streams(String type, Script script) {
    return new RawServer(
        head -> head.path().startsWith("/raft/stream/" + type + "/") ? script : null);
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  List<Dial> dials(String pathPrefix) {
    return dials.stream().filter(dial -> dial.path().startsWith(pathPrefix)).toList();
  }

  List<RawHttp.Head> heads() {
    return heads;
  }

  void scripts(Function<RawHttp.Head, @Nullable Script> scripts) {
    this.scripts = scripts;
  }

  /** The head of an accepted stream's answer. */
  static String accepted() {
    return "HTTP/1.1 200 OK\r\nX-Server-Version: 3.7.1\r\nX-Etcd-Cluster-ID: "
        + RaftwirePeer.CLUSTER
        + "\r\nTransfer-Encoding: chunked\r\n\r\n";
  }

  static String refusal(int status, String text) {
    return "HTTP/1.1 "
        + status
        + " Refused\r\nX-Etcd-Cluster-ID: "
        + RaftwirePeer.CLUSTER
        + "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
        + (text.length() + 1)
        + "\r\n\r\n"
        + text
        + "\n";
  }

  /** Closes all connections; new ones may come. */
  void cut() {
    connections.forEach(RawHttp::close);
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut();
  }

  private void accept() {
    while (true) {
      Socket socket;
      try {
        socket = listener.accept();
      } catch (IOException e) {
        return;
      }
      RawHttp connection = new RawHttp(socket);
      connections.add(connection);
      spawn(() -> serve(connection));
    }
  }

  private void serve(RawHttp connection) {
    try (connection) {
      RawHttp.Head head = connection.head();
      heads.add(head);
      dials.add(new Dial(head.path(), System.nanoTime()));
      Script script = scripts.apply(head);
      if (script == null) {
        connection.send(refusal(404, "no such stream here"));
      } else {
        script.serve(connection, head);
      }
    } catch (Exception e) {
      // The other side is gone, or the test is over.
    } finally {
      connections.remove(connection);
    }
  }

  private static void spawn(Runnable work) {
    Thread thread = new Thread(work, "test-raw-server");
    thread.setDaemon(true);
    thread.start();
  }
}
