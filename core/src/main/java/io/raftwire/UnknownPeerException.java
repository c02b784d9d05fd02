// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** The id is no peer of this transport. */
public final class UnknownPeerException extends RaftwireException {

  private static final long serialVersionUID = 1L;

  private final long peer;

  /** An exception for the id that was asked for. */
  public UnknownPeerException(MemberId peer) {
    super("unknown peer " + peer + " (expected: the id of a peer that was added)");
    this.peer = peer.value();
  }

  /** The id that was asked for. */
  public MemberId peer() {
    return MemberId.of(peer);
  }
}
