// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.netty.Connection;

/**
 * A connection to a peer that carries one request at a time, each with a short answer. Requests
 * hardly differ from one another, so their head is made once; a client for all purposes does
 * several times the work.
 *
 * <p>All but {@link #dispose} and the questions runs on the connection's event loop.
 */
public abstract class RequestConnection extends ChannelInboundHandlerAdapter implements Disposable {

  // An answer has no body, or a line of text. What has more is not worth reading to its end.
  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  private final Channel channel;
  private final URI url;
  private final StringBuilder text = new StringBuilder();

  private @Nullable HttpResponse answer;
  private int answerBytes;

  private volatile long idleSinceNanos = System.nanoTime();
  // The channel itself is active until its event loop has closed it.
  private volatile boolean disposed;

  /** A connection that was just made, to be used once it reads. */
  protected RequestConnection(Connection dialled, URI url) {
    this.channel = dialled.channel();
    this.url = url;
  }

  /** A request's first lines, as far as they never change. */
  protected static StringBuilder head(String method, String path, HttpHeaders headers) {
    StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    for (Map.Entry<String, String> header : headers) {
      head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
    }
    return head;
  }

  /** Takes over the connection. */
  protected final void read(Connection dialled, int maxHeaderBytes) {
    HttpDecoderConfig decoding = new HttpDecoderConfig().setMaxHeaderSize(maxHeaderBytes);
    dialled.addHandlerLast("raftwire.answerDecoder", new HttpResponseDecoder(decoding));
    dialled.addHandlerLast("raftwire.request", this);
    channel.config().setAutoRead(true);
  }

  // ---- any thread ----------------------------------------------------------------------------

  /** Whether a request to a URL can go over it. */
  public final boolean isUsableFor(URI wanted) {
    return !disposed && channel.isActive() && url.equals(wanted);
  }

  /** Whether it is so long since the last answer. */
  public final boolean idleFor(Duration time) {
    return System.nanoTime() - idleSinceNanos > time.toNanos();
  }

  @Override
  public final void dispose() {
    disposed = true;
    channel.close();
  }

  @Override
  public final boolean isDisposed() {
    return disposed || !channel.isOpen();
  }

  // ---- requests --------------------------------------------------------------------------------

  /** The connection. */
  protected final Channel channel() {
    return channel;
  }

  /**
   * Does something on the event loop.
   *
   * @param action what begins a request
   * @throws RejectedExecutionException if the loop has ended
   */
  protected final void run(Runnable action) {
    if (channel.eventLoop().inEventLoop()) {
      action.run();
    } else {
      channel.eventLoop().execute(action);
    }
  }

  /** Writes a part of a request; if that fails, so does the connection. */
  protected final void write(ByteBuf bytes) {
    channel.write(bytes).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
  }

  /** Whether a request was begun and is not answered. */
  protected abstract boolean isUnderWay();

  /**
   * The request under way was answered.
   *
   * @param said the body without white space around it, as far as it was looked at
   * @param reusable whether the connection can carry another request
   */
  protected abstract void answered(
      HttpResponseStatus status, HttpHeaders headers, String said, boolean reusable);

  /** There will be no answer, to the request under way if there is one, or to any other. */
  protected abstract void failed(Throwable cause);

  // ---- the answer ------------------------------------------------------------------------------

  @Override
  public final void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!isUnderWay()) {
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
    if (response == null) {
      return;
    }
    answer = null;
    if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL) {
      return;
    }
    String said = text.toString().strip();
    text.setLength(0);
    answerBytes = 0;
    idleSinceNanos = System.nanoTime();
    answered(response.status(), response.headers(), said, whole && HttpUtil.isKeepAlive(response));
  }

  // ---- the end ---------------------------------------------------------------------------------

  @Override
  public final void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("the connection was closed before the answer"));
    ctx.fireChannelInactive();
  }

  @Override
  public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(cause);
  }

  /** Gives the connection up. */
  protected final void fail(Throwable cause) {
    // First, since closing would give another reason.
    failed(cause);
    dispose();
  }
}
