// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** How connections are read, dialled and accepted ones alike. */
public final class Reads {

  private static final int LEAST_BYTES = 512;
  private static final int FIRST_BYTES = 2 * 1024;

  // A read of this size costs one turn of the event loop, as does one of 64 KiB, which is Netty's.
  private static final int MOST_BYTES = 256 * 1024;

  private Reads() {}

  /**
   * One read at a time, as large as the connection has lately had something for. An event loop that
   * read on for as long as there is something would neither send the answers to what it has read
   * nor turn to the other connections, which may have a heartbeat for it.
   */
  public static RecvByteBufAllocator allocator() {
    return new AdaptiveRecvByteBufAllocator(LEAST_BYTES, FIRST_BYTES, MOST_BYTES)
        .maxMessagesPerRead(1);
  }
}
