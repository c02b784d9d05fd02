// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The member at one moment, as the page gets it. Times are milliseconds, moments those since 1970,
 * rates a second.
 *
 * @param run tells this run of the member from the one before
 * @param seq counts the samples of a run
 * @param every the pace of the samples
 * @param faults whether links may be cut
 * @param events what happened since the sample before
 */
record Sample(
    String run,
    long seq,
    long at,
    long every,
    boolean faults,
    Self self,
    List<Member> members,
    List<Event> events) {

  /** This member, and raft as it sees it. */
  record Self(
      String id,
      String name,
      String clusterId,
      String version,
      String role,
      String status,
      int term,
      @Nullable String leader,
      long commitIndex,
      long appliedIndex,
      long startedAt) {}

  /**
   * A member of the cluster.
   *
   * @param link to this member, null if it is this one
   * @param far the states of its links by peer, as it says; null if it said nothing lately
   */
  record Member(
      String id,
      String name,
      String role,
      boolean self,
      List<String> clientUrls,
      List<String> peerUrls,
      @Nullable Link link,
      @Nullable Map<String, String> far) {}

  /**
   * The link to a peer.
   *
   * @param since when it became active or was lost
   * @param why it is not active, as far as is known
   * @param rtt the last round trips' mean
   * @param clock the peer's clock minus this one's
   */
  record Link(
      boolean active,
      boolean cut,
      @Nullable Long since,
      @Nullable String why,
      @Nullable Double rtt,
      @Nullable Double clock,
      long queueMessages,
      long queueBytes,
      long dropped,
      double dropRate,
      List<Drop> drops,
      List<Channel> channels) {

    /** In one word: {@code cut}, {@code active} or {@code inactive}. */
    String state() {
      return cut ? "cut" : active ? "active" : "inactive";
    }
  }

  /** One channel of a link. */
  record Channel(
      String name,
      Traffic sent,
      Traffic received,
      long queueMessages,
      long queueBytes,
      long sendFailures,
      long receiveFailures) {}

  /** One direction of a channel: totals, and rates since the sample before. */
  record Traffic(long messages, long bytes, double messageRate, double byteRate) {}

  /** Messages dropped, all in all. */
  record Drop(String channel, String messageClass, String reason, long messages) {}

  /**
   * Something that happened.
   *
   * @param level {@code good}, {@code info}, {@code warn} or {@code bad}
   * @param peer whom it is about, or null
   */
  record Event(long id, long at, String level, @Nullable String peer, String text) {}

  /**
   * What a chart needs of a sample.
   *
   * @param links per peer; of each the messages sent a second by channel, those received, the round
   *     trip, the queue
   */
  record Point(long at, List<PeerPoint> links) {}

  /** One peer in a chart. */
  record PeerPoint(
      String id, List<Double> sent, List<Double> received, @Nullable Double rtt, long queue) {}
}
