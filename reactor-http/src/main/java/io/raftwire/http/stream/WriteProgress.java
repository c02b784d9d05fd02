// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.ChannelOutboundBuffer;

/** Whether a connection takes what is written to it. For the thread whose turn it is to write. */
final class WriteProgress {

  private long writtenBytes;
  private long lastProgress;
  private long lastProgressNanos = System.nanoTime();

  /** The kernel has taken bytes of frames. */
  void written(long bytes) {
    writtenBytes += bytes;
  }

  /** Nothing waits to be written. */
  void idle() {
    lastProgressNanos = System.nanoTime();
  }

  /**
   * How long the kernel has taken nothing of what waits, in nanoseconds; as precise as this is
   * called often.
   */
  long stalledNanos(ChannelOutboundBuffer waiting) {
    long progress = writtenBytes + waiting.currentProgress();
    if (progress != lastProgress) {
      lastProgress = progress;
      idle();
      return 0;
    }
    return System.nanoTime() - lastProgressNanos;
  }
}
