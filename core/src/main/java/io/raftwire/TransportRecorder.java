// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.time.Duration;

/**
 * Where a transport tells what it does, for meters. Implementations must be cheap, must not block
 * and should not throw, though a transport goes on if they do; methods are called on I/O threads
 * and on the threads that send.
 */
public interface TransportRecorder {

  /** A recorder that does nothing. */
  static TransportRecorder noop() {
    return NoopRecorder.INSTANCE;
  }

  /**
   * The same recorder, but that what it throws is logged and goes no further: figures may be wrong
   * then, and nothing else. A transport hands what it is given through this.
   */
  static TransportRecorder contained(TransportRecorder recorder) {
    return ContainedRecorder.of(recorder);
  }

  /**
   * A peer or remote was added. The result records everything about it until it is closed; a peer
   * that comes back gets a new one.
   */
  PeerRecorder peer(MemberId local, MemberId peer);

  /**
   * The recorder for requests of members that are neither peer nor remote; one for all of them, so
   * that a stranger cannot make series.
   */
  PeerRecorder strangers(MemberId local);

  /**
   * The inbound flux's subscriber has requested nothing although messages wait. {@link
   * #inboundStalled} follows when that is over, which may be never.
   */
  default void inboundStallBegan() {}

  /**
   * The inbound flux's subscriber had requested nothing although messages waited, for this long.
   */
  default void inboundStalled(Duration stall) {}

  /**
   * Certificates, keys or revocation lists have changed, and new connections are made with them.
   * Where transports share them, the one that noticed tells.
   */
  default void certificatesReloaded() {}

  /**
   * Certificates, keys or revocation lists cannot be used as they are now, so those before stay.
   * Told at each look at them until that is over.
   */
  default void certificateReloadFailed() {}
}
