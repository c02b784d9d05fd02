// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 by hand over a plain socket, as either side. */
final class RawHttp implements Closeable {

  private static final int TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;

  RawHttp(Socket socket) {
    try {
      this.socket = socket;
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RawHttp connect(int port) {
    return connect(port, 0);
  }

  /** With a small receive buffer, so that a reader that stops is felt soon. */
  static RawHttp connect(int port, int receiveBuffer) {
    try {
      Socket socket = new Socket();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
      return new RawHttp(socket);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A request or response head. */
  record Head(String first, List<String> fields, String raw) {

    int status() {
      return Integer.parseInt(first.split(" ", 3)[1]);
    }

    String path() {
      return first.split(" ", 3)[1];
    }

    @Nullable String field(String name) {
      String prefix = name.toLowerCase(Locale.ROOT) + ":";
      for (String field : fields) {
        if (field.toLowerCase(Locale.ROOT).startsWith(prefix)) {
          return field.substring(prefix.length()).trim();
        }
      }
      return null;
    }
  }

  RawHttp send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawHttp send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends bytes as one chunk. */
  RawHttp sendChunk(byte[] bytes) {
    return send(chunk(bytes));
  }

  /** One chunk, a character a byte. */
  static String chunk(byte[] bytes) {
    return Integer.toHexString(bytes.length)
        + "\r\n"
        + new String(bytes, StandardCharsets.ISO_8859_1)
        + "\r\n";
  }

  Head head() {
    String first = line();
    StringBuilder raw = new StringBuilder(first).append("\r\n");
    List<String> fields = new ArrayList<>();
    for (String field = line(); !field.isEmpty(); field = line()) {
      fields.add(field);
      raw.append(field).append("\r\n");
    }
    return new Head(first, fields, raw.append("\r\n").toString());
  }

  /** The body that belongs to a head, as text. */
  String body(Head head) {
    String length = head.field("content-length");
    if (length != null) {
      return new String(bytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
    }
    if (!"chunked".equals(head.field("transfer-encoding"))) {
      return "";
    }
    StringBuilder body = new StringBuilder();
    for (byte[] chunk = chunk(); chunk != null; chunk = chunk()) {
      body.append(new String(chunk, StandardCharsets.UTF_8));
    }
    return body.toString();
  }

  /** The next chunk's content, or null for the last chunk. */
  byte @Nullable [] chunk() {
    int length = Integer.parseInt(line(), 16);
    byte[] bytes = bytes(length);
    if (!line().isEmpty()) {
      throw new IllegalStateException("a chunk without an end");
    }
    return length == 0 ? null : bytes;
  }

  byte[] bytes(int length) {
    try {
      byte[] bytes = in.readNBytes(length);
      if (bytes.length < length) {
        throw new EOFException("after " + bytes.length + " of " + length + " bytes");
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String line() {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    try {
      for (int next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new EOFException("after \"" + line.toString(StandardCharsets.US_ASCII) + "\"");
        }
        line.write(next);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String text = line.toString(StandardCharsets.US_ASCII);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  /** Reads to the end of the connection; false if it is still open after the time. */
  boolean closedWithin(int millis) {
    try {
      socket.setSoTimeout(millis);
      byte[] sink = new byte[1 << 16];
      long deadline = System.nanoTime() + millis * 1_000_000L;
      while (System.nanoTime() < deadline) {
        if (in.read(sink) < 0) {
          return true;
        }
      }
      return false;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether something can be read without waiting. */
  boolean readable() {
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Waits for so long at most for each read. */
  RawHttp timeout(int millis) {
    try {
      socket.setSoTimeout(millis);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed for all we care.
    }
  }
}
