// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import io.microraft.RaftNode;
import io.microraft.RaftRole;
import io.microraft.impl.RaftNodeImpl;
import io.microraft.report.RaftNodeReport;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works around a trap of MicroRaft 0.7. A member that asks for pre-votes and then hears of a leader
 * of its own term, as one does that was restarted, stays in its pre-vote for good; and a member in
 * a pre-vote never notices that its leader is gone. Two such members of three elect nobody any
 * more. When a leader has been silent for longer than MicroRaft itself waits, this lets go of the
 * leader, which ends the pre-vote too; MicroRaft's next heartbeat then does what it should have
 * done.
 */
public final class ElectionWatchdog {

  private static final Logger log = LoggerFactory.getLogger(ElectionWatchdog.class);

  // MicroRaft looks once a heartbeat, so by then it has looked, whatever the phase.
  private static final int SPARE_HEARTBEATS = 2;

  private final RaftExecutor executor;
  private final Clock clock;
  private final long silenceMillis;

  /** A watchdog of a member that lives in a raft time. */
  public ElectionWatchdog(RaftExecutor executor, RaftTime time) {
    this.executor = executor;
    this.clock = time.clock();
    this.silenceMillis = time.electionRaftMillis(SPARE_HEARTBEATS);
  }

  /** Looks at a report; to be called on the raft thread, at least once a heartbeat. */
  public void check(RaftNode node, RaftNodeReport report) {
    if (report.getReason() == RaftNodeReport.RaftNodeReportReason.PERIODIC
        && report.getRole() == RaftRole.FOLLOWER
        && report.getTerm().getLeaderEndpoint() != null
        && report
            .getLeaderHeartbeatTimestamp()
            .filter(heard -> clock.millis() - heard >= silenceMillis)
            .isPresent()
        && node instanceof RaftNodeImpl impl) {
      int term = report.getTerm().getTerm();
      // Not from within the report: MicroRaft is in the middle of something.
      executor.submit(
          () -> {
            if (impl.getTerm().getTerm() == term) {
              log.info(
                  "leader {} is silent, so it is let go", report.getTerm().getLeaderEndpoint());
              impl.toFollower(term);
            }
          });
    }
  }
}
