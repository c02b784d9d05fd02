// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.meters;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Tells two recorders what one is told; requests are traced by the first. */
record BothRecorders(TransportRecorder first, TransportRecorder second)
    implements TransportRecorder {

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    return new Both(first.peer(local, peer), second.peer(local, peer));
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return new Both(first.strangers(local), second.strangers(local));
  }

  @Override
  public void inboundStallBegan() {
    first.inboundStallBegan();
    second.inboundStallBegan();
  }

  @Override
  public void inboundStalled(Duration stall) {
    first.inboundStalled(stall);
    second.inboundStalled(stall);
  }

  @Override
  public void certificatesReloaded() {
    first.certificatesReloaded();
    second.certificatesReloaded();
  }

  @Override
  public void certificateReloadFailed() {
    first.certificateReloadFailed();
    second.certificateReloadFailed();
  }

  private record Both(PeerRecorder first, PeerRecorder second) implements PeerRecorder {

    @Override
    public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      first.sent(channel, messages, messageBytes, wireBytes);
      second.sent(channel, messages, messageBytes, wireBytes);
    }

    @Override
    public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      first.received(channel, messages, messageBytes, wireBytes);
      second.received(channel, messages, messageBytes, wireBytes);
    }

    @Override
    public void sendFailed(PeerChannel channel) {
      first.sendFailed(channel);
      second.sendFailed(channel);
    }

    @Override
    public void receiveFailed(PeerChannel channel) {
      first.receiveFailed(channel);
      second.receiveFailed(channel);
    }

    @Override
    public void dropped(
        PeerChannel channel,
        MessageClass messageClass,
        DropReason reason,
        long messages,
        long bytes) {
      first.dropped(channel, messageClass, reason, messages, bytes);
      second.dropped(channel, messageClass, reason, messages, bytes);
    }

    @Override
    public void queued(PeerChannel channel, long nanos) {
      first.queued(channel, nanos);
      second.queued(channel, nanos);
    }

    @Override
    public void lane(PeerChannel channel, Lane lane) {
      first.lane(channel, lane);
      second.lane(channel, lane);
    }

    @Override
    public void active() {
      first.active();
      second.active();
    }

    @Override
    public void inactive(LinkFailure cause) {
      first.inactive(cause);
      second.inactive(cause);
    }

    @Override
    public void streamOpened(PeerChannel channel, Direction direction) {
      first.streamOpened(channel, direction);
      second.streamOpened(channel, direction);
    }

    @Override
    public void streamClosed(
        PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
      first.streamClosed(channel, direction, reason, age);
      second.streamClosed(channel, direction, reason, age);
    }

    @Override
    public void snapshotStarted(Direction direction) {
      first.snapshotStarted(direction);
      second.snapshotStarted(direction);
    }

    @Override
    public void snapshotProgress(Direction direction, long bytes) {
      first.snapshotProgress(direction, bytes);
      second.snapshotProgress(direction, bytes);
    }

    @Override
    public void snapshotEnded(
        Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
      first.snapshotEnded(direction, took, failure);
      second.snapshotEnded(direction, took, failure);
    }

    @Override
    public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
      first.probed(over, roundTrip, clockDifference);
      second.probed(over, roundTrip, clockDifference);
    }

    @Override
    public void probeFailed(PeerChannel over) {
      first.probeFailed(over);
      second.probeFailed(over);
    }

    @Override
    public Request request(PeerChannel channel, BiConsumer<String, String> header) {
      return first.request(channel, header);
    }

    @Override
    public void close() {
      first.close();
      second.close();
    }
  }
}
