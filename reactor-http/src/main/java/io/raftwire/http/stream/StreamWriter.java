// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.channel.Channel;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.PeerRecorder;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.lane.LaneLimits;
import io.raftwire.http.link.PeerLink;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;
import reactor.netty.NettyPipeline;

/**
 * The sending side of one kind of stream to one peer: the lane, which stays, and the stream that is
 * attached to it, which comes and goes. A newer stream takes the place of the attached one, and
 * only one of them ever drains the lane.
 */
public final class StreamWriter {

  private static final Logger log = LoggerFactory.getLogger(StreamWriter.class);

  private static final Duration END_BOUND = Duration.ofSeconds(1);

  private final StreamType type;
  private final PeerLink link;
  private final Lane lane;
  private final Runnable onAttached;
  private final AtomicReference<@Nullable OutgoingStream> current = new AtomicReference<>();
  private final Sinks.Empty<Void> stopped = Sinks.empty();

  // No stream is attached any more once this is set, both under the lock of this.
  private volatile boolean stopping;
  // How many streams there have been.
  private volatile long attachments;

  /**
   * A writer without a stream.
   *
   * @param onAttached told when the peer has opened the stream, which shows that it is alive
   */
  public StreamWriter(StreamType type, PeerLink link, Runnable onAttached) {
    this.type = type;
    this.link = link;
    this.onAttached = onAttached;
    this.lane =
        new Lane(
            type.channel(),
            new LaneLimits(
                link.config().limits().streamQueueMessages(),
                link.config().limits().streamQueueBytes(),
                link.config().limits().urgentReserveMessages()),
            link.recorder());
  }

  /** What waits to be written. */
  public Lane lane() {
    return lane;
  }

  /** Whether a stream is attached. */
  public boolean attached() {
    return current.get() != null;
  }

  /**
   * Attaches the stream that the peer has just opened. Any earlier one is ended first. Called on
   * the connection's event loop.
   *
   * @param channel an HTTP/1.1 connection whose response head has been sent
   */
  void attach(Channel channel) {
    OutgoingStream next = new OutgoingStream(type, link, lane, channel, this);
    channel.pipeline().addBefore(NettyPipeline.HttpCodec, OutgoingStream.NAME, next);
    channel.config().setAutoRead(true);
    OutgoingStream previous = null;
    boolean late;
    synchronized (this) {
      late = stopping;
      if (!late) {
        attachments++;
        previous = current.getAndSet(next);
      }
    }
    if (late) {
      next.end(Reason.LOCAL, "the peer was removed", () -> {});
      return;
    }
    link.liveness().seen();
    if (previous == null) {
      next.begin();
    } else {
      previous.end(Reason.REPLACED, "the peer opened it anew", next::begin);
    }
  }

  /**
   * Ends the stream, after what waits has been written or the time is over, and drops the rest.
   *
   * @return completes when nothing is written any more
   */
  public Mono<Void> stop(Duration drain) {
    OutgoingStream stream;
    synchronized (this) {
      stopping = true;
      stream = current.get();
    }
    if (stream == null) {
      closeLane();
      return Mono.empty();
    }
    if (drain.isZero()) {
      stream.end(Reason.LOCAL, "the peer was removed", () -> {});
    } else {
      stream.endWhenDrained();
    }
    return stopped
        .asMono()
        .timeout(
            drain.plusMillis(1),
            Mono.defer(
                () -> {
                  stream.end(Reason.LOCAL, "the transport stopped", () -> {});
                  // The lane can be cleared only after the stream has left it.
                  return stopped.asMono().timeout(END_BOUND, Mono.empty());
                }))
        .then(Mono.fromRunnable(this::closeLane));
  }

  /** Called by a stream on its event loop. */
  void begun(OutgoingStream stream) {
    link.recorder().streamOpened(type.channel(), PeerRecorder.Direction.SEND);
    link.status().streamUp(type.channel(), PeerRecorder.Direction.SEND);
    log.info("{}: {} stream to peer {} opened", link.local(), type.channel().label(), link.peer());
    onAttached.run();
  }

  /** Called by a stream on its event loop, once. */
  void ended(OutgoingStream stream, LinkFailure cause, boolean wasBegun) {
    boolean wasLast = current.compareAndSet(stream, null);
    if (wasBegun) {
      link.recorder()
          .streamClosed(
              type.channel(),
              PeerRecorder.Direction.SEND,
              cause.reason(),
              Duration.ofNanos(stream.ageNanos()));
      link.status().streamDown(PeerRecorder.Direction.SEND, cause);
      log.info("{}: stream to peer {} closed ({})", link.local(), link.peer(), cause);
    }
    if (stopping) {
      if (wasLast) {
        stopped.tryEmitEmpty();
      }
      return;
    }
    if (wasBegun) {
      // What was handed to the kernel may not have arrived, and nobody can tell.
      link.unreachable(cause);
    }
    if (wasLast) {
      clearUnlessReattached();
    }
  }

  private void clearUnlessReattached() {
    Duration retention = link.config().timeouts().laneRetention();
    long before = attachments;
    Schedulers.parallel()
        .schedule(
            () -> {
              // Another stream that was lost since then has a timer of its own.
              if (current.get() == null && attachments == before) {
                clear();
              }
            },
            retention.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private void clear() {
    if (lane.claim()) {
      Lane.Dropped dropped = lane.clear(DropReason.STREAM_LOST);
      lane.relinquish();
      report(DropReason.STREAM_LOST, dropped);
    }
  }

  private void closeLane() {
    lane.close(DropReason.REMOVED, dropped -> report(DropReason.REMOVED, dropped));
  }

  private void report(DropReason reason, Lane.Dropped dropped) {
    if (dropped.messages() > 0) {
      link.reportDrops(type.channel(), reason, dropped.messages(), dropped.bytes());
    }
  }
}
