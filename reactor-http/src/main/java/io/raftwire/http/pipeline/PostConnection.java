// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import io.raftwire.http.codec.MessageBody;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.http.link.RequestConnection;
import io.raftwire.raftpb.Message;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;

/** A connection that carries POSTs. A small message leaves with its head in one write. */
final class PostConnection extends RequestConnection {

  // Pieces refer to the message's bytes; only what is being written is copied off the heap.
  private static final int PIECE_BYTES = 64 * 1024;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(PIECE_BYTES, 4 * PIECE_BYTES);

  private static final int MAX_DIGITS = 10;
  private static final int CRLF = ('\r' << 8) | '\n';

  private final byte[] head;
  private final PostConnections home;
  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private final StringBuilder extraLines = new StringBuilder();
  private final BiConsumer<String, String> addHeader = this::addHeader;

  private @Nullable Post post;

  private PostConnection(Connection dialled, URI url, RaftHttpConfig config, PostConnections home) {
    super(dialled, url);
    this.head = head(url, config);
    this.home = home;
  }

  /** Takes over a connection that was just made. */
  static PostConnection over(
      Connection dialled, URI url, RaftHttpConfig config, PostConnections home) {
    PostConnection connection = new PostConnection(dialled, url, config, home);
    dialled.channel().config().setWriteBufferWaterMark(WATER_MARK);
    connection.read(dialled, config.limits().maxHeaderBytes());
    return connection;
  }

  private static byte[] head(URI url, RaftHttpConfig config) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set(HttpHeaderNames.HOST, url.getAuthority());
    headers.set(HttpHeaderNames.CONTENT_TYPE, "application/protobuf");
    PeerHeaders.identify(headers, config);
    return head("POST", Pipeline.PATH, headers)
        .append(HttpHeaderNames.CONTENT_LENGTH)
        .append(": ")
        .toString()
        .getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Sends a POST; no other is under way. Any thread. */
  void carry(Post next) {
    try {
      run(() -> write(next));
    } catch (RejectedExecutionException e) {
      next.failed(e);
    }
  }

  private void write(Post next) {
    if (!channel().isActive()) {
      // Closed since it was chosen, and nothing has been written yet.
      home.send(next);
      return;
    }
    post = next;
    next.carriedBy(this);
    extraLines.setLength(0);
    try {
      next.begins(addHeader);
    } catch (RuntimeException e) {
      fail(e);
      return;
    }
    Message message = next.message();
    int size = message.getSerializedSize();
    int headSize = head.length + MAX_DIGITS + extraLines.length() + 4;
    boolean whole = size <= PIECE_BYTES;
    ByteBuf buffer = channel().alloc().directBuffer(whole ? headSize + size : headSize);
    buffer.writeBytes(head);
    ByteBufUtil.writeAscii(buffer, Integer.toString(size));
    buffer.writeShort(CRLF);
    ByteBufUtil.writeAscii(buffer, extraLines);
    buffer.writeShort(CRLF);
    if (whole) {
      MessageBody.write(message, buffer);
    } else {
      MessageBody.write(message, PIECE_BYTES, pieces::add);
    }
    write(buffer);
    writePieces();
  }

  private void addHeader(String name, String value) {
    if (HttpHeaderValidationUtil.validateToken(name) != -1
        || HttpHeaderValidationUtil.validateValidHeaderValue(value) != -1) {
      throw new IllegalArgumentException(
          "header \"" + name + ": " + value + "\" (expected: a token, and a value of one line)");
    }
    extraLines.append(name).append(": ").append(value).append("\r\n");
  }

  private void writePieces() {
    do {
      while (channel().isWritable() && !pieces.isEmpty()) {
        write(pieces.remove());
      }
      channel().flush();
    } while (channel().isWritable() && !pieces.isEmpty());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel().isWritable() && !pieces.isEmpty()) {
      writePieces();
    }
  }

  @Override
  protected boolean isUnderWay() {
    return post != null;
  }

  @Override
  protected void answered(
      HttpResponseStatus status, HttpHeaders headers, String said, boolean reusable) {
    Post done = post;
    post = null;
    if (reusable && pieces.isEmpty()) {
      home.release(this);
    } else {
      dispose();
    }
    if (done != null) {
      done.answered(status, headers, said);
    }
  }

  @Override
  protected void failed(Throwable cause) {
    home.forget(this);
    Post failed = post;
    post = null;
    pieces.forEach(ReferenceCountUtil::release);
    pieces.clear();
    if (failed != null) {
      failed.failed(cause);
    }
  }
}
