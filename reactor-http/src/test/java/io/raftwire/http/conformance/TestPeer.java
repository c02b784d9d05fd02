// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.raftwire.MemberId;
import io.raftwire.raftpb.Message;
import java.util.Collection;

/**
 * One member in a conformance test, whatever it is made of: a Raftwire transport here, a process
 * that runs another implementation elsewhere. All methods may be called from any thread; what takes
 * time is waited for by asking again.
 */
interface TestPeer {

  /** The member's id. */
  MemberId id();

  /** Where it listens, as {@code http://host:port}. */
  String url();

  /** Listens, and dials the peers it was given. Returns when it listens. */
  void start();

  /** Ends everything. Returns when nothing is left. */
  void stop();

  /** Makes another member its peer. */
  void addPeer(MemberId id, String url);

  /** Whether the streams with the peer are up, both kinds and both ways. */
  boolean connected(MemberId peer);

  /** Hands over a message; false if the member did not take it. */
  boolean send(Message message);

  /** What arrived for raft, proposals included, in order of arrival for each stream. */
  Collection<Message> received();

  /** Forgets what arrived so far. */
  void forgetReceived();

  /** Stops taking messages from the transport until {@link #resumeReading}. */
  void pauseReading();

  /** Takes messages again. */
  void resumeReading();

  /** How many messages it took and then reported as dropped. */
  long reportedDrops();

  /** How often it reported a peer as unreachable. */
  long unreachableReports();
}
