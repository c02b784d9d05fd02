// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.raftwire;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.examples.bench.contender.Faults;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees what must be there before a measurement and what must not happen during one, of one peer.
 * Everything is passed on to another recorder.
 */
final class LinkWatch implements PeerRecorder {

  private final PeerRecorder next;
  private final Faults faults;
  private final AtomicInteger msgAppOpen = new AtomicInteger();
  private final AtomicInteger messageOpen = new AtomicInteger();

  /**
   * A watch.
   *
   * @param faults where disturbances are counted
   */
  LinkWatch(PeerRecorder next, Faults faults) {
    this.next = next;
    this.faults = faults;
  }

  /** Whether the peer reads from both streams of this end. */
  boolean attached() {
    return msgAppOpen.get() > 0 && messageOpen.get() > 0;
  }

  @Override
  public String toString() {
    return "msgapp " + msgAppOpen + ", message " + messageOpen;
  }

  @Override
  public void sendFailed(PeerChannel channel) {
    faults.disturbed(1);
    next.sendFailed(channel);
  }

  @Override
  public void receiveFailed(PeerChannel channel) {
    faults.disturbed(1);
    next.receiveFailed(channel);
  }

  @Override
  public void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {
    faults.disturbed(messages);
    next.dropped(channel, messageClass, reason, messages, bytes);
  }

  @Override
  public void streamOpened(PeerChannel channel, Direction direction) {
    if (direction == Direction.SEND) {
      open(channel).incrementAndGet();
    }
    next.streamOpened(channel, direction);
  }

  @Override
  public void streamClosed(
      PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
    faults.disturbed(1);
    if (direction == Direction.SEND) {
      open(channel).decrementAndGet();
    }
    next.streamClosed(channel, direction, reason, age);
  }

  private AtomicInteger open(PeerChannel channel) {
    return channel == PeerChannel.MSGAPP ? msgAppOpen : messageOpen;
  }

  @Override
  public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    next.sent(channel, messages, messageBytes, wireBytes);
  }

  @Override
  public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
    next.received(channel, messages, messageBytes, wireBytes);
  }

  @Override
  public void queued(PeerChannel channel, long nanos) {
    next.queued(channel, nanos);
  }

  @Override
  public void lane(PeerChannel channel, Lane lane) {
    next.lane(channel, lane);
  }

  @Override
  public void active() {
    next.active();
  }

  @Override
  public void inactive(LinkFailure cause) {
    next.inactive(cause);
  }

  @Override
  public void snapshotStarted(Direction direction) {
    next.snapshotStarted(direction);
  }

  @Override
  public void snapshotProgress(Direction direction, long bytes) {
    next.snapshotProgress(direction, bytes);
  }

  @Override
  public void snapshotEnded(
      Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
    next.snapshotEnded(direction, took, failure);
  }

  @Override
  public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
    next.probed(over, roundTrip, clockDifference);
  }

  @Override
  public void probeFailed(PeerChannel over) {
    next.probeFailed(over);
  }

  @Override
  public Request request(PeerChannel channel, BiConsumer<String, String> header) {
    return next.request(channel, header);
  }

  @Override
  public void close() {
    next.close();
  }
}
