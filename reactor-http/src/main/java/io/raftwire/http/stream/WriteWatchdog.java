// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.http.link.PeerLink;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that a stream gives signs of life, and that its peer takes what is written. For the
 * thread whose turn it is to write.
 */
final class WriteWatchdog {

  private final StreamType type;
  private final PeerLink link;
  private final StreamOutput output;

  private @Nullable ScheduledFuture<?> ticks;
  private long writtenBytes;
  private long lastProgress;
  private long lastProgressNanos;

  WriteWatchdog(StreamType type, PeerLink link, StreamOutput output) {
    this.type = type;
    this.link = link;
    this.output = output;
  }

  /**
   * Begins to watch.
   *
   * @param tick runs on the event loop at the interval of link heartbeats; is to {@link #watch},
   *     unless a sender writes just then, which is a sign of life
   */
  void begin(EventLoop loop, Runnable tick) {
    idle();
    long every = link.config().timeouts().linkHeartbeat().toNanos();
    ticks = loop.scheduleAtFixedRate(tick, every, every, TimeUnit.NANOSECONDS);
  }

  void end() {
    if (ticks != null) {
      ticks.cancel(false);
    }
  }

  /** The kernel has taken bytes of frames. */
  void written(long bytes) {
    writtenBytes += bytes;
  }

  /**
   * Writes a link heartbeat if nothing waits. On the event loop.
   *
   * @return why the stream is to end, or null
   */
  @Nullable LinkFailure watch(ChannelHandlerContext ctx) {
    ChannelOutboundBuffer waiting = ctx.channel().unsafe().outboundBuffer();
    if (waiting == null || (waiting.totalPendingWriteBytes() == 0 && !output.isMidFrame())) {
      idle();
      output.writeLinkHeartbeat(ctx);
      output.flush(ctx);
      return null;
    }
    long stalled = stalledNanos(waiting);
    long limit = link.config().timeouts().write().toNanos();
    if (stalled <= limit || link.liveness().silentNanos() <= limit) {
      return null;
    }
    return LinkFailure.of(
        type.channel(),
        "write",
        Reason.WRITE_STALLED,
        "no progress for "
            + TimeUnit.NANOSECONDS.toMillis(stalled)
            + " ms, and no sign of life from the peer");
  }

  private void idle() {
    lastProgressNanos = System.nanoTime();
  }

  /** How long the kernel has taken nothing of what waits, as precise as the ticks are. */
  private long stalledNanos(ChannelOutboundBuffer waiting) {
    long progress = writtenBytes + waiting.currentProgress();
    if (progress != lastProgress) {
      lastProgress = progress;
      idle();
      return 0;
    }
    return System.nanoTime() - lastProgressNanos;
  }
}
