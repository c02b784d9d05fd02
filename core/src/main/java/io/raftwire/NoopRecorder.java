// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Records nothing. */
final class NoopRecorder implements TransportRecorder, PeerRecorder {

  static final NoopRecorder INSTANCE = new NoopRecorder();

  private NoopRecorder() {}

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    return this;
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return this;
  }

  @Override
  public void inboundStalled(Duration stall) {}

  @Override
  public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {}

  @Override
  public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {}

  @Override
  public void sendFailed(PeerChannel channel) {}

  @Override
  public void receiveFailed(PeerChannel channel) {}

  @Override
  public void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {}

  @Override
  public void queued(PeerChannel channel, long nanos) {}

  @Override
  public void lane(PeerChannel channel, Lane lane) {}

  @Override
  public void active() {}

  @Override
  public void inactive(LinkFailure cause) {}

  @Override
  public void streamOpened(PeerChannel channel, Direction direction) {}

  @Override
  public void streamClosed(
      PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {}

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
