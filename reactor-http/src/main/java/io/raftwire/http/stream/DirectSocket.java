// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The socket of a connection, to be written to without its channel, by any thread. Whoever does
 * must see to it that the channel neither writes nor closes at the same time: a closed descriptor's
 * number may be another connection's already. Event loops that are shut down close without asking.
 */
final class DirectSocket {

  private final EpollSocketChannel channel;

  private DirectSocket(EpollSocketChannel channel) {
    this.channel = channel;
  }

  /**
   * The socket below a handler, or null if somebody in between would miss what is written, as TLS
   * would, or if this is not a Linux socket of Netty's native transport.
   *
   * <p>The channel does not close by itself any more when its peer ends the connection: it tells so
   * by a {@code ChannelInputShutdownEvent}.
   */
  static @Nullable DirectSocket below(ChannelHandler handler, Channel channel) {
    if (!(channel instanceof EpollSocketChannel epoll)) {
      return null;
    }
    for (Map.Entry<String, ChannelHandler> entry : channel.pipeline()) {
      if (entry.getValue() == handler) {
        epoll.config().setAllowHalfClosure(true);
        return new DirectSocket(epoll);
      }
      if (entry.getValue() instanceof ChannelOutboundHandler) {
        return null;
      }
    }
    return null;
  }

  /**
   * Whether it can be written to: it is open, and nothing waits for it to have room. On the event
   * loop.
   */
  boolean isFree() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return channel.isActive() && waiting != null && waiting.totalPendingWriteBytes() == 0;
  }

  /**
   * Writes as much of a direct buffer as the socket takes.
   *
   * @param buffer not released; keeps what was not taken
   */
  void write(ByteBuf buffer) {
    ByteBuffer bytes = buffer.internalNioBuffer(buffer.readerIndex(), buffer.readableBytes());
    try {
      buffer.skipBytes(channel.fd().write(bytes, bytes.position(), bytes.limit()));
    } catch (IOException e) {
      // The channel is about to find the same, and has a way to say so.
    }
  }
}
