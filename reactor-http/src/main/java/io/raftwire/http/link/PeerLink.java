// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerUrls;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.RaftHttpConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the channels of one peer share. Safe for any thread. */
public final class PeerLink {

  private static final Logger log = LoggerFactory.getLogger(PeerLink.class);

  // One line or one event of a kind in this time; what comes between is counted, or left out.
  private static final Duration MERGE = Duration.ofSeconds(30);
  private static final Duration MERGE_UNREACHABLE = Duration.ofMillis(100);

  private final RaftHttpConfig config;
  private final MemberId peer;
  private final UrlPicker urls;
  private final Liveness liveness = new Liveness();
  private final PeerRecorder recorder;
  private final EventBus events;
  private final PeerStatus status;
  private final RateGate unreachableGate = new RateGate(MERGE_UNREACHABLE);
  private final RateGate dropLogGate = new RateGate(MERGE);
  private final RateGate clusterIdGate = new RateGate(MERGE);
  private final RateGate versionGate = new RateGate(MERGE);
  private final AtomicLong unloggedDrops = new AtomicLong();

  private final AtomicBoolean removalReported = new AtomicBoolean();

  private volatile boolean cut;
  private volatile boolean paused;

  /** The shared part of a peer that was just added. */
  public PeerLink(
      RaftHttpConfig config, MemberId peer, PeerUrls urls, PeerRecorder recorder, EventBus events) {
    this.config = config;
    this.peer = peer;
    this.urls = new UrlPicker(urls);
    this.recorder = recorder;
    this.events = events;
    this.status = new PeerStatus(config.id(), peer, recorder, events);
  }

  /** The transport's configuration. */
  public RaftHttpConfig config() {
    return config;
  }

  /** This member. */
  public MemberId local() {
    return config.id();
  }

  /** The member at the other end. */
  public MemberId peer() {
    return peer;
  }

  /** Where it is dialled. */
  public UrlPicker urls() {
    return urls;
  }

  /** When it was last seen. */
  public Liveness liveness() {
    return liveness;
  }

  /** Where its figures go. */
  public PeerRecorder recorder() {
    return recorder;
  }

  /** Whether it is active. */
  public PeerStatus status() {
    return status;
  }

  /** Whether everything to and from it is dropped, for tests. */
  public boolean isCut() {
    return cut || paused;
  }

  /** Pauses or resumes the link with all others. */
  public void pause(boolean pause) {
    this.paused = pause;
  }

  /** Cuts or mends the link. */
  public void cut(boolean cut) {
    this.cut = cut;
  }

  /** Publishes an event about this peer. */
  public void publish(TransportEvent event) {
    events.publish(event);
  }

  /**
   * Whether it is known already that this member was removed, which each dial would tell anew; it
   * is from now on, as long as the peer is not added again.
   */
  boolean removalReported() {
    return removalReported.getAndSet(true);
  }

  /** The peer belongs to another cluster, which each dial would tell anew; told once in 30 s. */
  void clusterIdMismatch(String remote) {
    if (clusterIdGate.pass()) {
      events.publish(new TransportEvent.ClusterIdMismatch(peer, config.clusterId(), remote));
    }
  }

  /** The peer's version does not go with this one, which each dial would tell anew; likewise. */
  void incompatibleVersion(String detail) {
    if (versionGate.pass()) {
      events.publish(new TransportEvent.IncompatibleVersion(peer, detail));
    }
  }

  /** Messages may not have arrived; repetitions within 100 ms are merged. */
  public void unreachable(LinkFailure cause) {
    if (unreachableGate.pass()) {
      events.publish(new TransportEvent.PeerUnreachable(peer, cause));
    }
  }

  /** A message was not taken for want of room: recorded, and reported as rafthttp does. */
  public void refused(PeerChannel channel, MessageClass messageClass, long bytes) {
    recorder.sendFailed(channel);
    recorder.dropped(channel, messageClass, DropReason.FULL, 1, bytes);
    logDrops(channel, DropReason.FULL, 1);
    unreachable(
        LinkFailure.of(channel, "send", LinkFailure.Reason.WRITE_STALLED, "the lane is full"));
  }

  /** Messages that had been taken were dropped: recorded, reported, and logged with their like. */
  public void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {
    recorder.dropped(channel, messageClass, reason, messages, bytes);
    reportDrops(channel, reason, messages, bytes);
  }

  /** Messages were dropped that are recorded already. */
  public void reportDrops(PeerChannel channel, DropReason reason, long messages, long bytes) {
    logDrops(channel, reason, messages);
    events.publish(new TransportEvent.MessagesDropped(peer, channel, reason, messages, bytes));
  }

  private void logDrops(PeerChannel channel, DropReason reason, long messages) {
    long unlogged = unloggedDrops.addAndGet(messages);
    if (dropLogGate.pass()) {
      unloggedDrops.addAndGet(-unlogged);
      log.warn(
          "{}: dropped {} message(s) for peer {}, the last on {} ({})",
          local(),
          unlogged,
          peer,
          channel.label(),
          reason.label());
    }
  }
}
