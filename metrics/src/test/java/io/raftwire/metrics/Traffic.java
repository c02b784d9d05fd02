// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerRecorder.Direction;
import java.time.Duration;

/** Calls of the recorder as a transport makes them. */
final class Traffic {

  private Traffic() {}

  /** A lane in which three messages of 100 bytes in all wait. */
  static PeerRecorder.Lane lane() {
    return new PeerRecorder.Lane() {
      @Override
      public long messages() {
        return 3;
      }

      @Override
      public long bytes() {
        return 100;
      }
    };
  }

  /** A peer appears: its lanes, and nothing more yet. */
  static void appear(PeerRecorder peer) {
    peer.lane(PeerChannel.PIPELINE, lane());
    peer.lane(PeerChannel.MSGAPP, lane());
    peer.lane(PeerChannel.MESSAGE, lane());
  }

  /** Everything that can happen to a peer, once. */
  static void everything(PeerRecorder peer) {
    for (PeerChannel channel : PeerChannel.values()) {
      peer.sent(channel, 2, 300, 310);
      peer.received(channel, 4, 500, 520);
      peer.sendFailed(channel);
      peer.receiveFailed(channel);
      peer.dropped(channel, MessageClass.APPEND, DropReason.FULL, 5, 600);
      peer.queued(channel, 2_000_000);
    }
    peer.active();
    for (Direction direction : Direction.values()) {
      peer.streamOpened(PeerChannel.MSGAPP, direction);
      peer.streamClosed(PeerChannel.MSGAPP, direction, Reason.READ_IDLE, Duration.ofSeconds(7));
      peer.snapshotStarted(direction);
      peer.snapshotProgress(direction, 1000);
      peer.snapshotEnded(direction, Duration.ofMillis(300), null);
      peer.snapshotStarted(direction);
      peer.snapshotEnded(direction, Duration.ofMillis(300), Reason.BROKEN);
    }
    peer.probed(PeerChannel.MESSAGE, Duration.ofMillis(3), Duration.ofMillis(-1500));
    peer.probeFailed(PeerChannel.PIPELINE);
    peer.inactive(LinkFailure.of(PeerChannel.MESSAGE, "read", Reason.CLOSED_BY_PEER, "test"));
  }
}
