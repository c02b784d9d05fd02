// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/**
 * The sender of a message is no longer a member of the cluster. A {@link Raft} that signals it from
 * {@link Raft#process} lets the transport tell the sender so (rafthttp: status 403), which makes
 * the sender stop.
 */
public final class MemberRemovedException extends RaftwireException {

  private static final long serialVersionUID = 1L;

  private final long member;

  /** An exception for the removed member. */
  public MemberRemovedException(MemberId member) {
    super("member " + member + " has been removed from the cluster");
    this.member = member.value();
  }

  /** The removed member. */
  public MemberId member() {
    return MemberId.of(member);
  }
}
