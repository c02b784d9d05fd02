// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.google.protobuf.ByteString;
import io.microraft.QueryPolicy;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.store.KvStateMachine;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Makes a read of this member linearizable, in raft's way (read index): the leader says up to where
 * it has applied and that it still leads, and this member waits until it has applied as much. Reads
 * that come while one question is under way share the next one.
 */
final class ReadBarrier {

  private static final Logger log = LoggerFactory.getLogger(ReadBarrier.class);
  private static final long ASK_AGAIN_NANOS = Duration.ofMillis(500).toNanos();
  private static final KvStateMachine.Query<Long> APPLIED = KvStateMachine::appliedIndex;

  private final Group group;
  private final long run;
  private final KvStateMachine store;

  // All below is guarded by this object's lock; sinks are called without it.
  private Set<MonoSink<Void>> waiting = new LinkedHashSet<>();
  private @Nullable Question question;
  private final PriorityQueue<Ready> ready =
      new PriorityQueue<>(Comparator.comparingLong(Ready::index));
  private long sequence;

  ReadBarrier(Group group, long run, KvStateMachine store) {
    this.group = group;
    this.run = run;
    this.store = store;
  }

  /** Completes when a local read sees every write that was answered before now. */
  Mono<Void> await(Duration timeout) {
    return Mono.<Void>create(
            sink -> {
              Question ask = null;
              synchronized (this) {
                waiting.add(sink);
                if (question == null) {
                  ask = nextQuestion();
                }
              }
              sink.onDispose(() -> forget(sink));
              if (ask != null) {
                ask(ask);
              }
            })
        .timeout(timeout)
        .onErrorMap(TimeoutException.class, e -> tooLate(timeout));
  }

  /** This member has applied up to an index. */
  void advanced(long applied) {
    List<MonoSink<Void>> done = new ArrayList<>();
    synchronized (this) {
      while (!ready.isEmpty() && ready.element().index <= applied) {
        done.addAll(ready.remove().sinks);
      }
    }
    done.forEach(MonoSink::success);
  }

  /** Asks again what was not answered. */
  void tick() {
    Question again;
    synchronized (this) {
      Question current = question;
      if (current == null) {
        return;
      }
      boolean due = System.nanoTime() - current.askedNanos >= ASK_AGAIN_NANOS;
      if (!due && group.leader().equals(Optional.ofNullable(current.askedOf))) {
        return;
      }
      if (current.sinks.isEmpty()) {
        question = null;
        again = waiting.isEmpty() ? null : nextQuestion();
      } else {
        again = new Question(++sequence, current.sinks);
        question = again;
      }
    }
    if (again != null) {
      ask(again);
    }
  }

  /** Another member asks this one, which it takes for the leader. */
  void asked(Message message) {
    confirm(
        index -> {
          Message answer =
              Message.newBuilder()
                  .setType(MessageType.MsgReadIndexResp)
                  .setFrom(group.self().value())
                  .setTo(message.getFrom())
                  .setIndex(index)
                  .addAllEntries(message.getEntriesList())
                  .build();
          group.transport().send(answer);
        });
  }

  /** The leader answers. */
  void answered(Message message) {
    if (message.getEntriesCount() == 1) {
      ByteString data = message.getEntries(0).getData();
      if (data.size() == 2 * Long.BYTES) {
        ByteBuffer key = data.asReadOnlyByteBuffer();
        if (key.getLong() == run) {
          confirmed(key.getLong(), message.getIndex());
        }
      }
    }
  }

  private void ask(Question ask) {
    MemberId leader = group.leader().orElse(null);
    ask.askedOf = leader;
    if (leader == null) {
      return;
    }
    if (leader.equals(group.self())) {
      confirm(index -> confirmed(ask.number, index));
    } else {
      ByteBuffer key = ByteBuffer.allocate(2 * Long.BYTES).putLong(run).putLong(ask.number).flip();
      group.send(
          MessageType.MsgReadIndex,
          leader,
          Entry.newBuilder().setData(ByteString.copyFrom(key)).build());
    }
  }

  // MicroRaft answers a linearizable query once a majority has confirmed the leader after it came.
  private void confirm(LongConsumer confirmed) {
    group
        .node()
        .<Long>query(APPLIED, QueryPolicy.LINEARIZABLE, Optional.empty(), Optional.empty())
        .whenComplete(
            (result, failure) -> {
              if (failure == null) {
                confirmed.accept(result.getResult());
              } else {
                log.debug("a read was not confirmed: {}", failure.toString());
              }
            });
  }

  private void confirmed(long number, long index) {
    Question next = null;
    synchronized (this) {
      Question current = question;
      if (current == null || current.number != number) {
        return;
      }
      question = null;
      ready.add(new Ready(index, current.sinks));
      if (!waiting.isEmpty()) {
        next = nextQuestion();
      }
    }
    advanced(store.appliedIndex());
    if (next != null) {
      ask(next);
    }
  }

  private Question nextQuestion() {
    Question next = new Question(++sequence, waiting);
    waiting = new LinkedHashSet<>();
    question = next;
    return next;
  }

  private synchronized void forget(MonoSink<Void> sink) {
    waiting.remove(sink);
    Question current = question;
    if (current != null) {
      current.sinks.remove(sink);
    }
    // What waits in ready is few, and goes when its index is applied.
  }

  private RequestException tooLate(Duration timeout) {
    Optional<MemberId> leader = group.leader();
    String why =
        leader.isEmpty() ? "no leader" : "leader " + leader.get() + " did not confirm the read";
    return new RequestException(503, why + " within " + timeout.toMillis() + " ms");
  }

  private static final class Question {

    private final long number;
    private final Set<MonoSink<Void>> sinks;
    private final long askedNanos = System.nanoTime();
    private volatile @Nullable MemberId askedOf;

    Question(long number, Set<MonoSink<Void>> sinks) {
      this.number = number;
      this.sinks = sinks;
    }
  }

  private record Ready(long index, Set<MonoSink<Void>> sinks) {}
}
