// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.TransportEvent;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a peer is active, and since when. It is while any of its four streams is up, or else as
 * long as the last POST to it was answered. A stream from the peer that falls silent, the last of
 * its kind, outweighs streams to it: those seem to be up for as long as the kernel's buffers take
 * what is written. Each change is one log line, one event and one record.
 */
public final class PeerStatus {

  private static final Logger log = LoggerFactory.getLogger(PeerStatus.class);

  private final MemberId local;
  private final MemberId peer;
  private final PeerRecorder recorder;
  private final EventBus events;

  // Guarded by this; changes are rare and take no time.
  private int streamsFromPeer;
  private int streamsToPeer;
  private boolean silent;
  private boolean postAnswered;
  private boolean everInactive;

  private volatile @Nullable Instant activeSince;
  private volatile Runnable whenActive = () -> {};

  /** A status that begins inactive, silently. */
  public PeerStatus(MemberId local, MemberId peer, PeerRecorder recorder, EventBus events) {
    this.local = local;
    this.peer = peer;
    this.recorder = recorder;
    this.events = events;
  }

  /** Since when the peer has been active, if it is. */
  public Optional<Instant> activeSince() {
    return Optional.ofNullable(activeSince);
  }

  /** Whether the peer is active. */
  public boolean active() {
    return activeSince != null;
  }

  /** Sets who is told, by whoever found out, each time that the peer has become active. */
  public void whenActive(Runnable listener) {
    whenActive = listener;
  }

  /** A stream came up. */
  public void streamUp(PeerChannel channel, Direction direction) {
    boolean became;
    synchronized (this) {
      count(direction, 1);
      silent = false;
      became = activate(channel);
    }
    if (became) {
      whenActive.run();
    }
  }

  /** A stream that was up went down. */
  public synchronized void streamDown(Direction direction, LinkFailure cause) {
    count(direction, -1);
    if (streamsFromPeer == 0 && cause.reason() == LinkFailure.Reason.READ_IDLE) {
      silent = true;
    }
    if (silent || streamsFromPeer + streamsToPeer == 0) {
      postAnswered = false;
      deactivate(cause);
    }
  }

  /** A POST was answered as it should be. */
  public void postAnswered(PeerChannel channel) {
    boolean became;
    synchronized (this) {
      postAnswered = true;
      silent = false;
      became = activate(channel);
    }
    if (became) {
      whenActive.run();
    }
  }

  /** A dial or a POST failed. */
  public synchronized void failed(LinkFailure cause) {
    if (cause.channel() == PeerChannel.PIPELINE || cause.channel() == PeerChannel.SNAPSHOT) {
      postAnswered = false;
    }
    if (silent || (streamsFromPeer + streamsToPeer == 0 && !postAnswered)) {
      deactivate(cause);
    }
  }

  private void count(Direction direction, int change) {
    if (direction == Direction.RECEIVE) {
      streamsFromPeer += change;
    } else {
      streamsToPeer += change;
    }
  }

  private boolean activate(PeerChannel channel) {
    if (activeSince != null) {
      return false;
    }
    activeSince = Instant.now();
    log.info("{}: peer {} became active ({})", local, peer, channel.label());
    recorder.active();
    events.publish(new TransportEvent.PeerActive(peer, channel));
    return true;
  }

  private void deactivate(LinkFailure cause) {
    if (activeSince != null || !everInactive) {
      everInactive = true;
      boolean was = activeSince != null;
      activeSince = null;
      if (was && cause.reason() == LinkFailure.Reason.LOCAL) {
        log.info("{}: peer {} became inactive ({})", local, peer, cause);
      } else {
        log.warn("{}: peer {} {} inactive ({})", local, peer, was ? "became" : "is", cause);
      }
      if (was) {
        recorder.inactive(cause);
      }
      events.publish(new TransportEvent.PeerInactive(peer, cause));
    }
  }
}
