// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

/**
 * How connections are read, dialled and accepted ones alike: a few reads at a time, each as large
 * as the connection has lately had something for, or into the one buffer that an event loop has for
 * its streams. An event loop that read on for as long as there is something would neither send the
 * answers to what it has read nor turn to the other connections, which may have a heartbeat for it.
 */
public final class Reads extends AdaptiveRecvByteBufAllocator {

  private static final int LEAST_BYTES = 512;
  private static final int FIRST_BYTES = 2 * 1024;

  // Larger reads of messages are slower: what was read is to be in the processor's cache yet when
  // it is decoded.
  private static final int MOST_BYTES = 64 * 1024;

  // A snapshot is only copied, and each read costs an acknowledgement.
  private static final int MOST_BODY_BYTES = 256 * 1024;
  private static final int MOST_READS = 4;

  // What streams are read into.
  private static final FastThreadLocal<KeptBuffer> KEPT =
      new FastThreadLocal<>() {
        @Override
        protected KeptBuffer initialValue() {
          return new KeptBuffer(MOST_BYTES);
        }

        @Override
        protected void onRemoval(KeptBuffer buffer) {
          buffer.release();
        }
      };

  private final Channel channel;
  private int mostBytes = MOST_BYTES;
  private boolean stream;
  private BooleanSupplier readOn = () -> true;
  private @Nullable BodyMemory body;

  private Reads(Channel channel) {
    super(LEAST_BYTES, FIRST_BYTES, MOST_BODY_BYTES);
    maxMessagesPerRead(MOST_READS);
    this.channel = channel;
  }

  /** Has a connection read like this that has just been made. */
  public static void set(Channel channel) {
    Reads reads = new Reads(channel);
    channel.config().setRecvByteBufAllocator(reads);
    channel.closeFuture().addListener(closed -> reads.bodyEnded());
  }

  /**
   * Tells a connection that it carries a stream, whose every read is done with before the next, so
   * that all are made with one buffer. From its event loop.
   *
   * @param readOn asked there after each read, whether the next may follow before the event loop
   *     turns to others
   */
  public static void stream(Channel channel, BooleanSupplier readOn) {
    if (channel.config().getRecvByteBufAllocator() instanceof Reads own) {
      own.stream = true;
      own.readOn = readOn;
    }
  }

  /**
   * Tells the request's connection, on its event loop, that all it reads now until {@link
   * #bodyEnded} is a snapshot's body, from a position on. What comes with its length and without
   * TLS is read as {@link BodyMemory} says.
   */
  public static void body(HttpServerRequest request, long position) {
    Reads own = of(request);
    if (own != null) {
      boolean asItIs =
          request.requestHeaders().contains(HttpHeaderNames.CONTENT_LENGTH)
              && own.channel.pipeline().get(SslHandler.class) == null;
      own.body(asItIs ? new BodyMemory(position) : null);
    }
  }

  /** Tells the request's connection that no more of a body comes, if it was told of one. */
  public static void bodyEnded(HttpServerRequest request) {
    Reads own = of(request);
    if (own == null) {
      return;
    }
    EventLoop eventLoop = own.channel.eventLoop();
    if (eventLoop.inEventLoop()) {
      own.bodyEnded();
      return;
    }
    try {
      eventLoop.execute(own::bodyEnded);
    } catch (RejectedExecutionException e) {
      // An event loop closes its connections before it ends, and a connection ends its body.
    }
  }

  private static @Nullable Reads of(HttpServerRequest request) {
    Reads[] own = new Reads[1];
    request.withConnection(
        connection -> {
          if (connection.channel().config().getRecvByteBufAllocator() instanceof Reads reads) {
            own[0] = reads;
          }
        });
    return own[0];
  }

  void body(@Nullable BodyMemory memory) {
    mostBytes = MOST_BODY_BYTES;
    body = memory;
  }

  void bodyEnded() {
    mostBytes = MOST_BYTES;
    BodyMemory memory = body;
    body = null;
    if (memory != null) {
      memory.release();
    }
  }

  @Override
  @SuppressWarnings("deprecation") // Netty's own handles have no other type.
  public Handle newHandle() {
    return new Bounded((ExtendedHandle) super.newHandle());
  }

  /** Guesses what Netty does, up to a bound that may change. */
  @SuppressWarnings("deprecation")
  private final class Bounded extends DelegatingHandle implements ExtendedHandle {

    private final ExtendedHandle guessing;

    Bounded(ExtendedHandle guessing) {
      super(guessing);
      this.guessing = guessing;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      // The channel's allocator: the one that comes here may be a wrapper of it, as epoll's is.
      BodyMemory memory = body;
      if (memory != null) {
        return memory.next(channel.alloc());
      }
      ByteBuf kept = stream ? KEPT.get().take(channel.alloc()) : null;
      return kept == null ? allocator.ioBuffer(guess()) : kept;
    }

    @Override
    public int guess() {
      return Math.min(super.guess(), mostBytes);
    }

    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(bytes);
      BodyMemory memory = body;
      if (memory != null && bytes > 0) {
        memory.read(bytes);
      }
    }

    @Override
    public boolean continueReading() {
      return readOn.getAsBoolean() && guessing.continueReading();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      return readOn.getAsBoolean() && guessing.continueReading(maybeMore);
    }
  }
}
