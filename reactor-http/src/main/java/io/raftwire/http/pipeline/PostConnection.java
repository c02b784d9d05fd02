// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.raftwire.http.codec.MessageBody;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.link.Answers;
import io.raftwire.http.link.PeerHeaders;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.netty.Connection;

/**
 * One connection to a peer, which carries one POST at a time. A request's head hardly changes, so
 * it is made once; a small message leaves with it in one buffer and one write.
 *
 * <p>All but {@link #carry}, {@link #dispose} and the questions runs on the connection's event
 * loop.
 */
final class PostConnection extends ChannelInboundHandlerAdapter implements Disposable {

  // Pieces refer to the message's bytes; only what is being written is copied off the heap.
  private static final int PIECE_BYTES = 64 * 1024;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(PIECE_BYTES, 4 * PIECE_BYTES);

  // An answer has no body, or a line of text. What has more is not worth reading to its end.
  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  private static final int MAX_DIGITS = 10;
  private static final int CRLF = ('\r' << 8) | '\n';

  private final Channel channel;
  private final URI url;
  private final byte[] head;
  private final PostConnections home;
  private final ArrayDeque<ByteBuf> pieces = new ArrayDeque<>();
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder extraLines = new StringBuilder();
  private final BiConsumer<String, String> addHeader = this::addHeader;

  private @Nullable Post post;
  private @Nullable HttpResponse answer;
  private int answerBytes;

  private volatile long idleSinceNanos = System.nanoTime();

  private PostConnection(Channel channel, URI url, RaftHttpConfig config, PostConnections home) {
    this.channel = channel;
    this.url = url;
    this.head = head(url, config);
    this.home = home;
  }

  /** Takes over a connection that was just made. */
  static PostConnection over(
      Connection dialled, URI url, RaftHttpConfig config, PostConnections home) {
    PostConnection connection = new PostConnection(dialled.channel(), url, config, home);
    HttpDecoderConfig decoding =
        new HttpDecoderConfig().setMaxHeaderSize(config.limits().maxHeaderBytes());
    dialled.addHandlerLast("raftwire.postDecoder", new HttpResponseDecoder(decoding));
    dialled.addHandlerLast("raftwire.post", connection);
    dialled.channel().config().setWriteBufferWaterMark(WATER_MARK);
    dialled.channel().config().setAutoRead(true);
    return connection;
  }

  private static byte[] head(URI url, RaftHttpConfig config) {
    HttpHeaders headers = new DefaultHttpHeaders();
    headers.set(HttpHeaderNames.HOST, url.getAuthority());
    headers.set(HttpHeaderNames.CONTENT_TYPE, "application/protobuf");
    PeerHeaders.identify(headers, config);
    StringBuilder head = new StringBuilder("POST " + Pipeline.PATH + " HTTP/1.1\r\n");
    headers.forEach(header -> append(head, header));
    head.append(HttpHeaderNames.CONTENT_LENGTH).append(": ");
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static void append(StringBuilder head, Map.Entry<String, String> header) {
    head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
  }

  // ---- any thread ----------------------------------------------------------------------------

  boolean isUsableFor(URI wanted) {
    return channel.isActive() && url.equals(wanted);
  }

  boolean idleFor(Duration time) {
    return System.nanoTime() - idleSinceNanos > time.toNanos();
  }

  /** Sends a POST; no other is under way. */
  void carry(Post next) {
    if (channel.eventLoop().inEventLoop()) {
      write(next);
      return;
    }
    try {
      channel.eventLoop().execute(() -> write(next));
    } catch (RejectedExecutionException e) {
      next.failed(e);
    }
  }

  @Override
  public void dispose() {
    channel.close();
  }

  @Override
  public boolean isDisposed() {
    return !channel.isOpen();
  }

  // ---- the request -----------------------------------------------------------------------------

  private void write(Post next) {
    if (!channel.isActive()) {
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
    ByteBuf buffer = channel.alloc().directBuffer(whole ? headSize + size : headSize);
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

  private void write(ByteBuf bytes) {
    channel.write(bytes).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
  }

  private void writePieces() {
    do {
      while (channel.isWritable() && !pieces.isEmpty()) {
        write(pieces.remove());
      }
      channel.flush();
    } while (channel.isWritable() && !pieces.isEmpty());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && !pieces.isEmpty()) {
      writePieces();
    }
  }

  // ---- the answer ------------------------------------------------------------------------------

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (post == null) {
        dispose();
      } else if (message instanceof HttpObject part && part.decoderResult().isFailure()) {
        fail(new IOException("the answer is not HTTP", part.decoderResult().cause()));
      } else {
        read(message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(Object part) {
    if (part instanceof HttpResponse response) {
      answer = response;
    }
    if (part instanceof HttpContent content) {
      ByteBuf bytes = content.content();
      answerBytes += bytes.readableBytes();
      int wanted = Math.min(bytes.readableBytes(), Answers.MAX_TEXT_BYTES - text.length());
      if (wanted > 0) {
        text.append(bytes.toString(bytes.readerIndex(), wanted, StandardCharsets.ISO_8859_1));
      }
      if (content instanceof LastHttpContent || answerBytes > MAX_ANSWER_BYTES) {
        answered(content instanceof LastHttpContent);
      }
    }
  }

  private void answered(boolean whole) {
    HttpResponse response = answer;
    Post done = post;
    if (response == null || done == null) {
      return;
    }
    answer = null;
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      return;
    }
    final String said = text.toString().strip();
    post = null;
    text.setLength(0);
    answerBytes = 0;
    if (whole && pieces.isEmpty() && HttpUtil.isKeepAlive(response)) {
      idleSinceNanos = System.nanoTime();
      home.release(this);
    } else {
      dispose();
    }
    done.answered(response.status(), response.headers(), said);
  }

  // ---- the end ---------------------------------------------------------------------------------

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("the connection was closed before the answer"));
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
  }

  private void fail(Throwable cause) {
    home.forget(this);
    Post failed = post;
    post = null;
    pieces.forEach(ReferenceCountUtil::release);
    pieces.clear();
    dispose();
    if (failed != null) {
      failed.failed(cause);
    }
  }
}
