// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server.testkit;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A peer made of sockets and threads, which answers as a test wants it to. */
public final class RawServer implements AutoCloseable {

  /** Decides what becomes of a request; runs on the connection's own thread, so it may block. */
  @FunctionalInterface
  public interface Handler {

    /** Answers, or does not. */
    void handle(Request request, Reply reply) throws Exception;
  }

  private final ServerSocket server;
  private final Handler handler;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private RawServer(Handler handler) throws IOException {
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.handler = handler;
    thread("raw-server-accept", this::acceptAll);
  }

  /** Listens. Streams are answered 404 and probes the right time, unless the handler does it. */
  public static RawServer start(Handler handler) throws IOException {
    return new RawServer(handler);
  }

  /** A handler that answers the POSTs of messages with a handler, and anything else with 404. */
  public static Handler posts(Handler posts) {
    return (request, reply) -> {
      if (request.path().equals("/raft")) {
        posts.handle(request, reply);
      } else {
        reply.send(404, "", "not here\n");
      }
    };
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Requests so far to a path, in the order they were read. */
  public List<Request> requests(String path) {
    return requests.stream().filter(request -> request.path().equals(path)).toList();
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void acceptAll() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        thread("raw-server-connection", () -> serve(socket));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void serve(Socket socket) {
    try (Socket connection = socket) {
      InputStream in = connection.getInputStream();
      Reply reply = new Reply(connection, connection.getOutputStream());
      while (true) {
        Request request = read(in, connection.getPort());
        if (request == null) {
          return;
        }
        requests.add(request);
        handler.handle(request, reply);
      }
    } catch (Exception e) {
      // The connection is of no further use.
    }
  }

  private static Request read(InputStream in, int port) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        return null;
      }
      head.write(b);
    }
    String[] lines = head.toString(StandardCharsets.US_ASCII).strip().split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).trim());
    }
    String[] first = lines[0].split(" ", -1);
    byte[] body = new byte[0];
    if (headers.containsKey("content-length")) {
      body = in.readNBytes(Integer.parseInt(headers.get("content-length")));
    } else if ("chunked".equals(headers.get("transfer-encoding"))) {
      body = readChunks(in);
    }
    return new Request(first[0], first[1], lines[0], headers, ByteString.copyFrom(body), port);
  }

  private static byte[] readChunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      StringBuilder line = new StringBuilder();
      int b;
      while ((b = in.read()) != '\n') {
        if (b < 0) {
          throw new IOException("closed in a chunk");
        }
        line.append((char) b);
      }
      int size = Integer.parseInt(line.toString().strip(), 16);
      body.write(in.readNBytes(size));
      in.readNBytes(2);
      if (size == 0) {
        return body.toByteArray();
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /**
   * A request.
   *
   * @param headers by lower-case name
   * @param port whence it came, which tells connections apart
   */
  public record Request(
      String method,
      String path,
      String line,
      Map<String, String> headers,
      ByteString body,
      int port) {}

  /** Writes to a connection. */
  public static final class Reply {

    private final Socket socket;
    private final OutputStream out;

    private Reply(Socket socket, OutputStream out) {
      this.socket = socket;
      this.out = out;
    }

    /**
     * Sends an answer.
     *
     * @param headers further ones, each ended by CR LF
     */
    public void send(int status, String headers, String body) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String length = status == 204 ? "" : "Content-Length: " + bytes.length + "\r\n";
      out.write(
          ("HTTP/1.1 " + status + " Whatever\r\n" + length + headers + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
      out.flush();
    }

    /** Sends what may be no answer at all. */
    public void raw(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    /** Closes the connection orderly. */
    public void close() throws IOException {
      socket.close();
    }

    /** Resets the connection, as a process that dies. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }
  }
}
