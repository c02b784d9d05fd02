// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import org.jspecify.annotations.Nullable;

/**
 * Why a channel to a peer failed or ended, as an operator would ask it.
 *
 * @param channel the channel
 * @param action what was going on, such as {@code dial}, {@code read}, {@code write} or {@code
 *     post}
 * @param reason which kind of failure, a bounded set
 * @param detail one line for a log, with the values that matter
 * @param cause the exception behind it, if there was one
 */
public record LinkFailure(
    PeerChannel channel, String action, Reason reason, String detail, @Nullable Throwable cause) {

  /** The kinds of failure; bounded, so that it can be a meter's tag. */
  public enum Reason {
    /** The connection could not be made, the TLS handshake included. */
    CONNECT("connect"),
    /** The peer closed the connection in an orderly way. */
    CLOSED_BY_PEER("closed-by-peer"),
    /** The connection broke. */
    BROKEN("broken"),
    /** Nothing arrived for the read timeout, not even a link heartbeat. */
    READ_IDLE("read-idle"),
    /** Nothing could be written for the write timeout and the peer gave no sign of life. */
    WRITE_STALLED("write-stalled"),
    /** The bytes are not the protocol, or over a limit. */
    PROTOCOL("protocol"),
    /** The peer answered with an HTTP status that refuses the request. */
    REFUSED("refused"),
    /** The peer says that this member was removed from the cluster. */
    REMOVED("removed"),
    /** The peer belongs to another cluster. */
    CLUSTER_ID("cluster-id"),
    /** The peer's version cannot talk to this one. */
    VERSION("version"),
    /** A newer stream of the same peer took its place. */
    REPLACED("replaced"),
    /** This side closed it: stop, removal of the peer, or new URLs. */
    LOCAL("local");

    private final String label;

    Reason(String label) {
      this.label = label;
    }

    /** The name in logs and meters, lower case. */
    public String label() {
      return label;
    }
  }

  /** A failure without an exception behind it. */
  public static LinkFailure of(PeerChannel channel, String action, Reason reason, String detail) {
    return new LinkFailure(channel, action, reason, detail, null);
  }

  /** One line: channel, action, detail. */
  @Override
  public String toString() {
    return channel.label() + " " + action + ": " + detail;
  }
}
