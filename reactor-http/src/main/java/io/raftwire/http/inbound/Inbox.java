// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import io.raftwire.MemberRemovedException;
import io.raftwire.RaftwireException;
import io.raftwire.TransportRecorder;
import io.raftwire.http.config.Limits;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Both ways to raft.
 *
 * @param messages all messages but proposals
 * @param proposals forwarded proposals
 */
public record Inbox(InboundQueue messages, ProposalQueue proposals) {

  /** Empty queues. */
  public static Inbox create(Limits limits, TransportRecorder recorder) {
    return new Inbox(
        new InboundQueue(recorder),
        new ProposalQueue(limits.proposalQueueMessages(), limits.proposalQueueBytes()));
  }

  /**
   * Delivers one message that was posted.
   *
   * @param size its protobuf size in bytes
   * @return completes when raft has taken it; fails with {@link MemberRemovedException} or {@link
   *     RaftFailedException} when raft failed on it or there is no room for a proposal
   */
  public Mono<Void> deliver(Message message, long size) {
    return Mono.create(
        sink -> {
          SingleArrival.Acknowledgement answer =
              cause -> {
                if (cause == null) {
                  sink.success();
                } else if (cause instanceof MemberRemovedException) {
                  sink.error(cause);
                } else {
                  sink.error(new RaftFailedException("raft failed on the message", cause));
                }
              };
          if (message.getType() != MessageType.MsgProp) {
            messages.offer(new SingleArrival(message, answer, () -> {}));
          } else if (!proposals.offer(message, size, answer)) {
            sink.error(new RaftFailedException("too many proposals wait", null));
          }
        });
  }

  /** Completes both. */
  public void complete() {
    messages.complete();
    proposals.complete();
  }

  /** Raft could not take a message. */
  public static final class RaftFailedException extends RaftwireException {

    private static final long serialVersionUID = 1L;

    RaftFailedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }
}
