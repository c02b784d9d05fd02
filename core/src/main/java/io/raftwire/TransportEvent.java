// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.time.Duration;

/**
 * What happens to the transport's links, for whoever runs a raft node or watches one. Events are
 * facts after the event: missing one never changes what the transport does.
 */
public sealed interface TransportEvent {

  /** The member at the other end. */
  MemberId peer();

  /** The peer can be talked to: a stream is up, or a POST was answered. */
  record PeerActive(MemberId peer, PeerChannel channel) implements TransportEvent {}

  /** No channel to the peer works any more. */
  record PeerInactive(MemberId peer, LinkFailure cause) implements TransportEvent {}

  /**
   * Messages to the peer may not have arrived; raft should probe it before it streams again
   * (rafthttp's {@code ReportUnreachable}). Repetitions within a short time are merged.
   */
  record PeerUnreachable(MemberId peer, LinkFailure cause) implements TransportEvent {}

  /**
   * Messages that the transport had taken were dropped.
   *
   * @param messages how many, at least 1
   * @param bytes their protobuf size
   */
  record MessagesDropped(
      MemberId peer, PeerChannel channel, DropReason reason, long messages, long bytes)
      implements TransportEvent {}

  /**
   * A snapshot reached the peer, which has saved and taken it (rafthttp's {@code ReportSnapshot}
   * with finish).
   *
   * @param index the snapshot's index, unsigned
   * @param bytes the message's protobuf size and the body's length together
   */
  record SnapshotFinished(MemberId peer, long index, long bytes, Duration took)
      implements TransportEvent {}

  /**
   * A snapshot did not reach the peer (rafthttp's {@code ReportSnapshot} with failure).
   *
   * @param index the snapshot's index, unsigned
   */
  record SnapshotFailed(MemberId peer, long index, LinkFailure cause) implements TransportEvent {}

  /**
   * Critical: the peer says that this member was permanently removed from the cluster. Whoever runs
   * the raft node should stop it. Told once, until the peer is added anew.
   */
  record MemberRemoved(MemberId peer, LinkFailure cause) implements TransportEvent {}

  /**
   * The peer belongs to another cluster, or takes this member for one of another. Each dial would
   * tell it anew; it is told once in 30 seconds.
   */
  record ClusterIdMismatch(MemberId peer, ClusterId local, String remote)
      implements TransportEvent {}

  /**
   * The peer's version and this one's cannot talk to each other. Each dial would tell it anew; it
   * is told once in 30 seconds.
   */
  record IncompatibleVersion(MemberId peer, String detail) implements TransportEvent {}

  /**
   * The peer's clock differs from this one's by more than the configured threshold. Raft does not
   * need clocks; operators like to know.
   *
   * @param difference the peer's clock minus this one's
   * @param roundTrip the probe's round trip, within which the difference is uncertain
   */
  record ClockDrift(MemberId peer, Duration difference, Duration roundTrip)
      implements TransportEvent {}
}
