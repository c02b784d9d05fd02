// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/** A transfer to a peer failed; {@link #failure()} says how. */
public final class LinkException extends RaftwireException {

  private static final long serialVersionUID = 1L;

  private final transient LinkFailure failure;

  /** An exception for a failure of the link to a peer. */
  public LinkException(MemberId peer, LinkFailure failure) {
    super("peer " + peer + ": " + failure, failure.cause());
    this.failure = failure;
  }

  /** What failed and why. */
  public LinkFailure failure() {
    return failure;
  }
}
