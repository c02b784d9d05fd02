// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import io.raftwire.Delivery;
import io.raftwire.raftpb.Message;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One message that arrived by itself: by POST, or as a proposal. */
public final class SingleArrival implements Arrivals, Delivery {

  /** What becomes of the message; called once at most, by any thread. */
  public interface Acknowledgement {

    /** For a message that nobody waits for. */
    Acknowledgement NONE = cause -> {};

    /** Raft took the message, or failed on it if there is a cause. */
    void complete(@Nullable Throwable cause);
  }

  private final Message message;
  private final Acknowledgement acknowledgement;
  private final Runnable onExhausted;
  private final AtomicBoolean completed = new AtomicBoolean();

  /**
   * A message.
   *
   * @param onExhausted told when it was handed out
   */
  public SingleArrival(Message message, Acknowledgement acknowledgement, Runnable onExhausted) {
    this.message = message;
    this.acknowledgement = acknowledgement;
    this.onExhausted = onExhausted;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Message message(int index) {
    return message;
  }

  @Override
  public Delivery delivery(int index) {
    return this;
  }

  @Override
  public void taken(int index) {
    acknowledge();
  }

  @Override
  public void exhausted() {
    onExhausted.run();
  }

  @Override
  public Message message() {
    return message;
  }

  @Override
  public void acknowledge() {
    if (completed.compareAndSet(false, true)) {
      acknowledgement.complete(null);
    }
  }

  @Override
  public void fail(Throwable cause) {
    if (completed.compareAndSet(false, true)) {
      acknowledgement.complete(cause);
    }
  }
}
