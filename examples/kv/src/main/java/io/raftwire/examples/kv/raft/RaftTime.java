// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import io.microraft.RaftConfig;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Time as MicroRaft is shown it. MicroRaft counts heartbeats in whole seconds, which makes a
 * failover take several; a member that is shown a faster clock, and whose timers run as much
 * faster, beats four times a second by default and needs no change of MicroRaft. The clock is
 * monotonic besides: a stepped wall clock starts no election.
 */
public final class RaftTime {

  // One heartbeat is one second of raft time; the rest follows.
  private static final int RAFT_MILLIS_A_HEARTBEAT = 1000;
  private static final double NANOS_A_HEARTBEAT = 1e9;

  private final long heartbeatNanos;
  private final long heartbeatsWithoutLeader;
  private final long startNanos = System.nanoTime();
  private final long startRaftMillis = System.currentTimeMillis();

  /**
   * Time for a heartbeat interval.
   *
   * @param heartbeat how often a leader is heard of
   * @param election after how long without it a follower calls an election; rounded up to whole
   *     heartbeats, at least two
   */
  public RaftTime(Duration heartbeat, Duration election) {
    this.heartbeatNanos = heartbeat.toNanos();
    this.heartbeatsWithoutLeader =
        Math.max(2, (election.toNanos() + heartbeatNanos - 1) / heartbeatNanos);
  }

  /** A real duration for one in raft time. */
  long realNanos(long raftNanos) {
    return (long) ((double) raftNanos * heartbeatNanos / NANOS_A_HEARTBEAT);
  }

  /** How long MicroRaft puts up with a silent leader, and some heartbeats more, in raft time. */
  long electionRaftMillis(int spareHeartbeats) {
    return (heartbeatsWithoutLeader + spareHeartbeats) * RAFT_MILLIS_A_HEARTBEAT;
  }

  /** The clock MicroRaft reads. */
  public Clock clock() {
    return new RaftClock();
  }

  /** MicroRaft's timing, in raft time. */
  public RaftConfig.RaftConfigBuilder configure(RaftConfig.RaftConfigBuilder config) {
    return config
        .setLeaderHeartbeatPeriodSecs(1)
        .setLeaderHeartbeatTimeoutSecs(heartbeatsWithoutLeader)
        // How long a candidate waits for votes. Two heartbeats: votes wait for a disk.
        .setLeaderElectionTimeoutMillis(2 * RAFT_MILLIS_A_HEARTBEAT)
        .setRaftNodeReportPublishPeriodSecs(1);
  }

  private final class RaftClock extends Clock {

    @Override
    public long millis() {
      double heartbeats = (double) (System.nanoTime() - startNanos) / heartbeatNanos;
      return startRaftMillis + (long) (heartbeats * RAFT_MILLIS_A_HEARTBEAT);
    }

    @Override
    public Instant instant() {
      return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException("raft time has no zone");
    }
  }
}
