// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Ties a {@link Raft} callback to a transport's fluxes. */
public final class RaftBinding {

  private static final Logger log = LoggerFactory.getLogger(RaftBinding.class);

  private RaftBinding() {}

  /**
   * Subscribes the node to everything the transport receives and reports. Call it before {@link
   * RaftTransport#start}; disposing the result ends the subscriptions and nothing else. A message
   * that the node has not finished with by then counts as failed.
   */
  public static Disposable bind(Raft raft, RaftTransport transport) {
    transport.removedMembers(raft::isIdRemoved);
    return Disposables.composite(
        process(raft, transport.inboundDeliveries()).subscribe(),
        process(raft, transport.proposalDeliveries()).subscribe(),
        transport.events().subscribe(event -> reportSafely(raft, event)));
  }

  private static Mono<Void> process(Raft raft, Flux<Delivery> deliveries) {
    return deliveries
        .concatMap(delivery -> process(raft, delivery), 1)
        .doOnDiscard(Delivery.class, RaftBinding::giveUp)
        .then();
  }

  private static Mono<Void> process(Raft raft, Delivery delivery) {
    return Mono.defer(() -> raft.process(delivery.message()))
        .doOnSuccess(ignored -> delivery.acknowledge())
        .doOnCancel(() -> giveUp(delivery))
        .onErrorResume(
            cause -> {
              log.warn(
                  "raft failed on {} from {}: {}",
                  delivery.message().getType(),
                  MemberId.of(delivery.message().getFrom()),
                  cause.toString());
              delivery.fail(cause);
              return Mono.empty();
            });
  }

  // Its sender is answered now, and does not wait until its POST takes too long.
  private static void giveUp(Delivery delivery) {
    delivery.fail(new CancellationException("the binding to raft was disposed"));
  }

  // One report that throws must not end those that follow.
  private static void reportSafely(Raft raft, TransportEvent event) {
    try {
      report(raft, event);
    } catch (RuntimeException e) {
      log.error("raft failed on the report of {}", event, e);
    }
  }

  private static void report(Raft raft, TransportEvent event) {
    if (event instanceof TransportEvent.PeerUnreachable unreachable) {
      raft.reportUnreachable(unreachable.peer());
    } else if (event instanceof TransportEvent.SnapshotFinished finished) {
      raft.reportSnapshot(finished.peer(), Raft.SnapshotStatus.FINISH);
    } else if (event instanceof TransportEvent.SnapshotFailed failed) {
      raft.reportSnapshot(failed.peer(), Raft.SnapshotStatus.FAILURE);
    }
  }
}
