// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;

/** How connections are read, dialled and accepted ones alike. */
public final class Reads {

  private static final int LEAST_BYTES = 512;
  private static final int FIRST_BYTES = 2 * 1024;

  // Larger reads are no faster: what was read is still in the processor's cache when it is decoded.
  private static final int MOST_BYTES = 64 * 1024;
  private static final int MOST_READS = 4;

  private Reads() {}

  /**
   * A few reads at a time, each as large as the connection has lately had something for. An event
   * loop that read on for as long as there is something would neither send the answers to what it
   * has read nor turn to the other connections, which may have a heartbeat for it.
   */
  public static RecvByteBufAllocator allocator() {
    return new AdaptiveRecvByteBufAllocator(LEAST_BYTES, FIRST_BYTES, MOST_BYTES)
        .maxMessagesPerRead(MOST_READS);
  }
}
