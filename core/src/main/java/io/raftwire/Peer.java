// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.raftwire.raftpb.Message;
import java.time.Instant;
import java.util.Optional;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * One other member of the cluster, as a sink of messages. All methods may be called from any
 * thread.
 */
public interface Peer {

  /** The member's id. */
  MemberId id();

  /** The URLs it is dialled at, as last added or updated. */
  PeerUrls urls();

  /** Since when it has been active; empty while it is not. */
  Optional<Instant> activeSince();

  /**
   * Offers one message without waiting; the same as {@link RaftTransport#send} for this peer.
   *
   * @throws IllegalArgumentException if {@code to} is another member
   */
  SendOutcome send(Message message);

  /**
   * Sends all messages of a publisher, requesting from it only what the peer's lanes have room for.
   * While the peer cannot be reached nothing is requested, and nothing is dropped for want of room.
   * The publisher is asked by whoever made room, event loops among them, so it must not block.
   *
   * @return completes when the last message has been queued; fails with the publisher's error, with
   *     {@link IllegalArgumentException} on a message that is not for this peer or may not travel,
   *     or with {@link TransportStoppedException} once the peer is removed. Each subscription
   *     subscribes to {@code messages} once; cancelling it cancels that.
   */
  Mono<Void> send(Publisher<Message> messages);
}
