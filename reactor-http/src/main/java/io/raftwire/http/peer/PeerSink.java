// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.peer;

import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.SendOutcome;
import io.raftwire.TransportStoppedException;
import io.raftwire.raftpb.Message;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Operators;
import reactor.util.concurrent.Queues;
import reactor.util.context.Context;

/**
 * The back-pressured way into a peer's lanes: requests what there is room for, and keeps a message
 * that meets a full lane until there is room again.
 */
final class PeerSink implements CoreSubscriber<Message> {

  /** How many are requested at once, and so how many can be kept here. */
  private static final int BATCH = 64;

  private final HttpPeer peer;
  private final MonoSink<Void> outcome;
  private final Runnable onRoom = this::drain;
  private final Queue<Message> arrived = Queues.<Message>unboundedMultiproducer().get();
  private final AtomicInteger wip = new AtomicInteger();

  private @Nullable Subscription upstream;
  private volatile boolean upstreamDone;
  private volatile @Nullable Throwable upstreamError;
  private volatile boolean cancelled;

  // Only touched inside the drain loop.
  private @Nullable Message waiting;
  private int underRequest;
  private boolean done;

  PeerSink(HttpPeer peer, MonoSink<Void> outcome) {
    this.peer = peer;
    this.outcome = outcome;
  }

  @Override
  public Context currentContext() {
    return Context.of(outcome.contextView());
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    if (!Operators.validate(upstream, subscription)) {
      return;
    }
    upstream = subscription;
    peer.watch(onRoom);
    outcome.onDispose(
        () -> {
          cancelled = true;
          drain();
        });
    drain();
  }

  @Override
  public void onNext(Message message) {
    arrived.add(message);
    drain();
  }

  @Override
  public void onError(Throwable cause) {
    upstreamError = Objects.requireNonNull(cause, "cause");
    upstreamDone = true;
    drain();
  }

  @Override
  public void onComplete() {
    upstreamDone = true;
    drain();
  }

  private void drain() {
    if (wip.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    do {
      if (!done) {
        drainOnce();
      }
      missed = wip.addAndGet(-missed);
    } while (missed != 0);
  }

  private void drainOnce() {
    if (cancelled) {
      finish(true);
      return;
    }
    if (peer.isStopped()) {
      finish(true);
      outcome.error(new TransportStoppedException("send to peer " + peer.id()));
      return;
    }
    boolean last = upstreamDone;
    while (true) {
      Message message = waiting != null ? waiting : arrived.poll();
      if (message == null) {
        break;
      }
      if (waiting == null) {
        underRequest--;
      }
      waiting = message;
      if (!place(message)) {
        return;
      }
      waiting = null;
    }
    if (last) {
      finish(false);
      Throwable error = upstreamError;
      if (error == null) {
        outcome.success();
      } else {
        outcome.error(error);
      }
      return;
    }
    Subscription subscription = upstream;
    if (subscription != null && underRequest <= BATCH / 4) {
      int more = (int) Math.min(BATCH - underRequest, peer.room());
      if (more > 0) {
        underRequest += more;
        subscription.request(more);
      }
    }
  }

  /** Whether the sink may go on: the message was taken, or dropped because the link is cut. */
  private boolean place(Message message) {
    if (message.getTo() != peer.id().value()) {
      reject("message to " + MemberId.of(message.getTo()) + " (expected: to " + peer.id() + ")");
      return false;
    }
    // Urgent messages could use the room that is kept for them, but here they can as well wait.
    if (peer.room() == 0) {
      return false;
    }
    SendOutcome outcomeOfOffer = peer.place(message, MessageClass.of(message));
    return switch (outcomeOfOffer) {
      case FULL -> false;
      case LOCAL_TYPE, TOO_LARGE -> {
        reject(message.getType() + " is " + outcomeOfOffer + " (expected: one that may be sent)");
        yield false;
      }
      case QUEUED, PAUSED, STOPPED, UNKNOWN_PEER -> true;
    };
  }

  private void reject(String text) {
    finish(true);
    outcome.error(new IllegalArgumentException(text));
  }

  private void finish(boolean cancelUpstream) {
    done = true;
    peer.unwatch(onRoom);
    waiting = null;
    arrived.clear();
    Subscription subscription = upstream;
    if (cancelUpstream && subscription != null) {
      subscription.cancel();
    }
  }
}
