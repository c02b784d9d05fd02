// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** A socket that speaks as little HTTP as it is told to. */
public final class RawClient implements AutoCloseable {

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
    socket.setSoTimeout(15_000);
    socket.setTcpNoDelay(true);
  }

  /** Connects to a port of this machine. */
  public static RawClient connect(int port) throws IOException {
    return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  /** Uses a socket that is connected, with TLS perhaps. */
  public static RawClient over(Socket socket) throws IOException {
    return new RawClient(socket);
  }

  /** The headers of a peer's request. */
  public static Map<String, String> peerHeaders(long from) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Host", "127.0.0.1");
    headers.put("X-Server-From", Long.toHexString(from));
    headers.put("X-Server-Version", "3.7.1");
    headers.put("X-Min-Cluster-Version", "3.0.0");
    headers.put("X-Etcd-Cluster-ID", Member.CLUSTER.toString());
    return headers;
  }

  /** Sends the head of a request. */
  public RawClient head(String method, String path, Map<String, String> headers)
      throws IOException {
    return write(headBytes(method, path, headers));
  }

  /** Sends a whole request with a body of known length, at once, as peers do. */
  public RawClient request(String method, String path, Map<String, String> headers, byte[] body)
      throws IOException {
    return write(requestBytes(method, path, headers, body));
  }

  /** A whole request with a body of known length. */
  public static byte[] requestBytes(
      String method, String path, Map<String, String> headers, byte[] body) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(headers);
    all.put("Content-Length", Integer.toString(body.length));
    ByteArrayOutputStream request = new ByteArrayOutputStream();
    request.write(headBytes(method, path, all));
    request.write(body);
    return request.toByteArray();
  }

  private static byte[] headBytes(String method, String path, Map<String, String> headers) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    return head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends bytes. */
  public RawClient write(byte... bytes) throws IOException {
    out.write(bytes);
    out.flush();
    return this;
  }

  /** Sends bytes as one chunk. */
  public RawClient chunk(byte... bytes) throws IOException {
    write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    return write(bytes).write("\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends the last chunk. */
  public RawClient lastChunk() throws IOException {
    return write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Sends nothing more, but still reads. */
  public RawClient end() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Closes with a reset, as a process that dies. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** How long reading waits. */
  public RawClient patience(int millis) throws IOException {
    socket.setSoTimeout(millis);
    return this;
  }

  /** Reads a whole answer. */
  public Answer answer() throws IOException {
    String head = readHead();
    String[] lines = head.split("\r\n", -1);
    Map<String, String> headers = new LinkedHashMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).trim());
    }
    int status = Integer.parseInt(lines[0].split(" ", -1)[1]);
    return new Answer(
        status, headers, new String(readBody(status, headers), StandardCharsets.UTF_8));
  }

  /** Whether the other side closes the connection, orderly or not, without another byte. */
  public boolean isClosed() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  /** Reads one byte. */
  public int read() throws IOException {
    return in.read();
  }

  private String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int state = 0;
    while (state < 4) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed after \"" + head.toString(StandardCharsets.US_ASCII) + "\"");
      }
      head.write(b);
      boolean expected = b == (state % 2 == 0 ? '\r' : '\n');
      state = expected ? state + 1 : b == '\r' ? 1 : 0;
    }
    return head.toString(StandardCharsets.US_ASCII).strip();
  }

  private byte[] readBody(int status, Map<String, String> headers) throws IOException {
    if (status == 204 || status < 200) {
      return new byte[0];
    }
    if (headers.containsKey("content-length")) {
      return in.readNBytes(Integer.parseInt(headers.get("content-length")));
    }
    if (!"chunked".equals(headers.get("transfer-encoding"))) {
      return in.readAllBytes();
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(readLine(), 16);
      body.write(in.readNBytes(size));
      readLine();
      if (size == 0) {
        return body.toByteArray();
      }
    }
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    int b;
    while ((b = in.read()) >= 0 && b != '\n') {
      line.append((char) b);
    }
    return line.toString().strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /**
   * What came back.
   *
   * @param headers by lower-case name
   */
  public record Answer(int status, Map<String, String> headers, String body) {}
}
