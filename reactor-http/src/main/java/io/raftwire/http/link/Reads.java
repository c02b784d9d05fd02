// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.util.UncheckedBooleanSupplier;
import io.netty.util.concurrent.FastThreadLocal;
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

  // A request may end on another thread than the event loop that reads.
  private volatile int mostBytes = MOST_BYTES;
  // Not null if the connection carries a stream.
  private @Nullable Channel stream;
  private BooleanSupplier readOn = () -> true;

  private Reads() {
    super(LEAST_BYTES, FIRST_BYTES, MOST_BODY_BYTES);
    maxMessagesPerRead(MOST_READS);
  }

  /** Has a connection read like this that has just been made. */
  public static void set(Channel channel) {
    channel.config().setRecvByteBufAllocator(new Reads());
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
      own.stream = channel;
      own.readOn = readOn;
    }
  }

  /** Tells the request's connection that what comes is a snapshot's body, or no longer is. */
  public static void body(HttpServerRequest request, boolean begins) {
    request.withConnection(
        connection -> {
          if (connection.channel().config().getRecvByteBufAllocator() instanceof Reads own) {
            own.body(begins);
          }
        });
  }

  void body(boolean begins) {
    mostBytes = begins ? MOST_BODY_BYTES : MOST_BYTES;
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
      Channel of = stream;
      // The channel's allocator: the one that comes here may be a wrapper of it, as epoll's is.
      ByteBuf kept = of == null ? null : KEPT.get().take(of.alloc());
      return kept == null ? allocator.ioBuffer(guess()) : kept;
    }

    @Override
    public int guess() {
      return Math.min(super.guess(), mostBytes);
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
