// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.RequestId;
import io.raftwire.examples.kv.store.Applied;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Changes on their way into the log. Whoever leads, a change is answered when this member has
 * applied it itself. On the way it may be lost, so it is sent again, to the leader of the moment,
 * until it is applied or its time is over; its request id makes it count once.
 */
final class Proposals {

  private static final Logger log = LoggerFactory.getLogger(Proposals.class);

  /** How many changes of this member may be under way; below what the store remembers. */
  static final int MAX_PENDING = 4096;

  private static final long RESEND_NANOS = Duration.ofSeconds(1).toNanos();

  private final Group group;
  private final long run;
  private final Duration timeout;
  private final AtomicLong sequence = new AtomicLong();
  private final Map<Long, Pending> pending = new ConcurrentHashMap<>();

  Proposals(Group group, long run, Duration timeout) {
    this.group = group;
    this.run = run;
    this.timeout = timeout;
  }

  /** Replicates one change; fails with a {@link RequestException} if that cannot be in time. */
  Mono<Applied> propose(Operation.Builder change) {
    return Mono.defer(
        () -> {
          if (pending.size() >= MAX_PENDING) {
            return Mono.error(
                new RequestException(
                        503,
                        "too many writes are under way on this member (expected: at most "
                            + MAX_PENDING
                            + ")")
                    .with("outcome", "not applied"));
          }
          long number = sequence.incrementAndGet();
          Operation operation =
              change
                  .setRequest(
                      RequestId.newBuilder()
                          .setMember(group.self().value())
                          .setRun(run)
                          .setSequence(number))
                  .build();
          Pending mine = new Pending(operation);
          return Mono.<Applied>create(
                  sink -> {
                    mine.sink = sink;
                    pending.put(number, mine);
                    submit(mine);
                  })
              .timeout(timeout)
              .onErrorMap(TimeoutException.class, e -> tooLate(mine))
              .doFinally(signal -> pending.remove(number));
        });
  }

  /** The store has applied a proposal, or refused it as too old. */
  void applied(RequestId id, Applied result) {
    if (id.getMember() != group.self().value() || id.getRun() != run) {
      return;
    }
    Pending mine = pending.remove(id.getSequence());
    MonoSink<Applied> sink = mine == null ? null : mine.sink;
    if (sink == null) {
      return;
    }
    if (result.outcome() == Applied.Outcome.EXPIRED) {
      sink.error(
          new RequestException(503, "the write reached the log too late")
              .with("outcome", "not applied"));
    } else {
      sink.success(result);
    }
  }

  /** Sends again what may have been lost. */
  void tick() {
    Optional<MemberId> leader = group.leader();
    if (leader.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (Pending each : pending.values()) {
      if (!leader.get().equals(each.sentTo) || now - each.sentNanos >= RESEND_NANOS) {
        submit(each);
      }
    }
  }

  /** Another member forwards entries; if this one does not lead, it sends them again elsewhere. */
  void forwarded(Entry entry) {
    try {
      replicate(Operation.parseFrom(entry.getData()));
    } catch (InvalidProtocolBufferException e) {
      log.warn("a forwarded write of {} bytes is none: {}", entry.getData().size(), e.getMessage());
    }
  }

  private void submit(Pending mine) {
    MemberId leader = group.leader().orElse(null);
    if (leader == null) {
      return;
    }
    mine.sentNanos = System.nanoTime();
    if (leader.equals(group.self())) {
      mine.sentTo = leader;
      replicate(mine.operation);
    } else if (group.send(MessageType.MsgProp, leader, mine.entry())) {
      mine.sentTo = leader;
    }
  }

  // The outcome is seen where it is applied; what fails here is sent again.
  private void replicate(Operation operation) {
    group
        .node()
        .replicate(operation)
        .whenComplete(
            (result, failure) -> {
              if (failure != null) {
                log.debug("a write was not replicated: {}", failure.toString());
              }
            });
  }

  private RequestException tooLate(Pending mine) {
    Optional<MemberId> leader = group.leader();
    String outcome = mine.sentTo == null ? "not applied" : "unknown";
    String why =
        leader.isEmpty() ? "no leader" : "leader " + leader.get() + " did not commit the write";
    return new RequestException(503, why + " within " + timeout.toMillis() + " ms")
        .with("outcome", outcome);
  }

  private static final class Pending {

    private final Operation operation;
    private volatile @Nullable MonoSink<Applied> sink;
    private volatile @Nullable MemberId sentTo;
    private volatile long sentNanos;

    Pending(Operation operation) {
      this.operation = operation;
    }

    Entry entry() {
      return Entry.newBuilder().setData(operation.toByteString()).build();
    }
  }
}
