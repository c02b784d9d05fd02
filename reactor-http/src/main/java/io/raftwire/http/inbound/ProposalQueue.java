// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import io.raftwire.Delivery;
import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;

/**
 * Forwarded proposals on their way to raft. Unlike other messages they never hold up the stream
 * they came on, so their number and bytes are bounded here and one too many is not taken.
 */
public final class ProposalQueue {

  private final InboundQueue queue;
  private final int maxMessages;
  private final long maxBytes;
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();

  /** An empty queue. */
  public ProposalQueue(int maxMessages, long maxBytes) {
    // Stalls are told of the inbound flux: proposals that wait hold up no connection.
    this.queue = new InboundQueue(TransportRecorder.noop());
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
  }

  /** The proposals, each taken once it was handed out. */
  public Flux<Message> messages() {
    return queue.messages();
  }

  /** The proposals with their acknowledgements. */
  public Flux<Delivery> deliveries() {
    return queue.deliveries();
  }

  /**
   * Takes a proposal if there is room; an empty queue takes one of any size.
   *
   * @param size its protobuf size in bytes
   */
  public boolean offer(Message proposal, long size, SingleArrival.Acknowledgement acknowledgement) {
    long waiting = messages.incrementAndGet();
    long waitingBytes = bytes.addAndGet(size);
    if (waiting > maxMessages || (waitingBytes > maxBytes && waiting > 1)) {
      release(size);
      return false;
    }
    queue.offer(new SingleArrival(proposal, acknowledgement, () -> release(size)));
    return true;
  }

  /** Completes the subscriber. */
  public void complete() {
    queue.complete();
  }

  private void release(long size) {
    messages.decrementAndGet();
    bytes.addAndGet(-size);
  }
}
