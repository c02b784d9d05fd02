// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.raft;

/** This member once acknowledged entries that its log does not hold any more. */
public final class LostLogException extends RuntimeException {

  private static final long serialVersionUID = 1;

  LostLogException(long last, long known) {
    super(
        "the log ends at "
            + Long.toUnsignedString(last)
            + ", but this member has acknowledged entries up to "
            + Long.toUnsignedString(known)
            + " (expected: the data directory this member last ran with; if it is lost or was"
            + " replaced by an older copy, remove the member and join with an empty one)");
  }
}
