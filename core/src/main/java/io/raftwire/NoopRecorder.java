// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** Records nothing. */
final class NoopRecorder implements TransportRecorder, PeerRecorder {

  static final NoopRecorder INSTANCE = new NoopRecorder();

  private NoopRecorder() {}

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    return this;
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return this;
  }
}
