// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Sees what must be there before a measurement and what must not happen during one. All that is
 * called for messages does nothing, as with no recorder at all.
 */
final class LinkWatch implements TransportRecorder, PeerRecorder {

  private final AtomicInteger msgAppOpen = new AtomicInteger();
  private final AtomicInteger messageOpen = new AtomicInteger();
  private final AtomicLong disturbances = new AtomicLong();

  /** Whether the peer reads from both streams of this end. */
  boolean attached() {
    return msgAppOpen.get() > 0 && messageOpen.get() > 0;
  }

  /** How many messages were dropped or refused, and streams closed. */
  long disturbances() {
    return disturbances.get();
  }

  @Override
  public String toString() {
    return "msgapp " + msgAppOpen + ", message " + messageOpen;
  }

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    return this;
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return this;
  }

  @Override
  public void sendFailed(PeerChannel channel) {
    disturbances.incrementAndGet();
  }

  @Override
  public void receiveFailed(PeerChannel channel) {
    disturbances.incrementAndGet();
  }

  @Override
  public void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {
    disturbances.addAndGet(messages);
  }

  @Override
  public void streamOpened(PeerChannel channel, Direction direction) {
    if (direction == Direction.SEND) {
      open(channel).incrementAndGet();
    }
  }

  @Override
  public void streamClosed(
      PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
    disturbances.incrementAndGet();
    if (direction == Direction.SEND) {
      open(channel).decrementAndGet();
    }
  }

  private AtomicInteger open(PeerChannel channel) {
    return channel == PeerChannel.MSGAPP ? msgAppOpen : messageOpen;
  }

  @Override
  public void inboundStalled(Duration stall) {}

  @Override
  public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {}

  @Override
  public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {}

  @Override
  public void queued(PeerChannel channel, long nanos) {}

  @Override
  public void lane(PeerChannel channel, Lane lane) {}

  @Override
  public void active() {}

  @Override
  public void inactive(LinkFailure cause) {}

  @Override
  public void snapshotStarted(Direction direction) {}

  @Override
  public void snapshotProgress(Direction direction, long bytes) {}

  @Override
  public void snapshotEnded(
      Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {}

  @Override
  public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {}

  @Override
  public void probeFailed(PeerChannel over) {}

  @Override
  public void close() {}
}
