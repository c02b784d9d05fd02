// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

/**
 * What became of a message handed to {@link RaftTransport#send}. Only {@link #QUEUED} means that
 * the transport has it; after any other answer the message is the caller's, and raft sends it again
 * when it matters.
 */
public enum SendOutcome {
  /** Taken. If it is dropped later, a {@link TransportEvent.MessagesDropped} says so. */
  QUEUED,
  /** The peer's lane has no room for a message of this class, in messages or in bytes. */
  FULL,
  /** No peer or remote has the id in {@code to}. */
  UNKNOWN_PEER,
  /** The transport or the link to this peer is paused or cut. */
  PAUSED,
  /** The transport is not started, or stopped. */
  STOPPED,
  /** The message is larger than the transport's limit for one message. */
  TOO_LARGE,
  /** A type that a raft node sends to itself only, such as MsgHup. */
  LOCAL_TYPE;

  /** Whether the transport has taken the message. */
  public boolean queued() {
    return this == QUEUED;
  }
}
