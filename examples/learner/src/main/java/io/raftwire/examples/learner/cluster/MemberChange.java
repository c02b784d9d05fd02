// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

/** What a step of the log did to one member. */
public record MemberChange(Kind kind, Member member) {

  /** What happened. */
  public enum Kind {
    /** It is new. */
    ADDED,
    /** It moved to other peer URLs. */
    MOVED,
    /** It is a voter now. */
    PROMOTED,
    /** It is gone for good. */
    REMOVED
  }
}
