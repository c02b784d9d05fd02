// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A recorder that hands everything on, to override what a test looks at. */
class ForwardingRecorder implements PeerRecorder {

  private final PeerRecorder delegate;

  ForwardingRecorder(PeerRecorder delegate) {
    this.delegate = delegate;
  }

  @Override
  public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    delegate.sent(channel, messages, messageBytes, wireBytes);
  }

  @Override
  public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    delegate.received(channel, messages, messageBytes, wireBytes);
  }

  @Override
  public void sendFailed(PeerChannel channel) {
    delegate.sendFailed(channel);
  }

  @Override
  public void receiveFailed(PeerChannel channel) {
    delegate.receiveFailed(channel);
  }

  @Override
  public void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {
    delegate.dropped(channel, messageClass, reason, messages, bytes);
  }

  @Override
  public void queued(PeerChannel channel, long nanos) {
    delegate.queued(channel, nanos);
  }

  @Override
  public void lane(PeerChannel channel, PeerRecorder.Lane lane) {
    delegate.lane(channel, lane);
  }

  @Override
  public void active() {
    delegate.active();
  }

  @Override
  public void inactive(LinkFailure cause) {
    delegate.inactive(cause);
  }

  @Override
  public void streamOpened(PeerChannel channel, Direction direction) {
    delegate.streamOpened(channel, direction);
  }

  @Override
  public void streamClosed(
      PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
    delegate.streamClosed(channel, direction, reason, age);
  }

  @Override
  public void snapshotStarted(Direction direction) {
    delegate.snapshotStarted(direction);
  }

  @Override
  public void snapshotProgress(Direction direction, long bytes) {
    delegate.snapshotProgress(direction, bytes);
  }

  @Override
  public void snapshotEnded(
      Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
    delegate.snapshotEnded(direction, took, failure);
  }

  @Override
  public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
    delegate.probed(over, roundTrip, clockDifference);
  }

  @Override
  public void probeFailed(PeerChannel over) {
    delegate.probeFailed(over);
  }

  @Override
  public void close() {
    delegate.close();
  }
}
