// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;

/**
 * Hands on to a recorder, and keeps what that throws from whoever tells it: figures may be wrong
 * then, but no message is lost and no stream ends for them. The first throw is logged as a warning,
 * those after it for debugging only, since there may be one for each message.
 */
final class ContainedRecorder implements TransportRecorder {

  private static final Logger log = LoggerFactory.getLogger(ContainedRecorder.class);

  private final TransportRecorder recorder;
  private final AtomicBoolean warned = new AtomicBoolean();

  private ContainedRecorder(TransportRecorder recorder) {
    this.recorder = recorder;
  }

  /** A recorder that does not throw. */
  static TransportRecorder of(TransportRecorder recorder) {
    boolean safe = recorder == TransportRecorder.noop() || recorder instanceof ContainedRecorder;
    return safe ? recorder : new ContainedRecorder(recorder);
  }

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    return new OfPeer(
        ask(() -> recorder.peer(local, peer), TransportRecorder.noop().peer(local, peer)));
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return new OfPeer(
        ask(() -> recorder.strangers(local), TransportRecorder.noop().strangers(local)));
  }

  @Override
  public void inboundStallBegan() {
    tell(recorder::inboundStallBegan);
  }

  @Override
  public void inboundStalled(Duration stall) {
    tell(() -> recorder.inboundStalled(stall));
  }

  @Override
  public void certificatesReloaded() {
    tell(recorder::certificatesReloaded);
  }

  @Override
  public void certificateReloadFailed() {
    tell(recorder::certificateReloadFailed);
  }

  private void tell(Runnable figure) {
    try {
      figure.run();
    } catch (Throwable e) {
      threw(e);
    }
  }

  private <T> T ask(Supplier<T> question, T otherwise) {
    try {
      return Objects.requireNonNull(question.get(), "the recorder's answer");
    } catch (Throwable e) {
      threw(e);
      return otherwise;
    }
  }

  private void threw(Throwable cause) {
    Exceptions.throwIfJvmFatal(cause);
    if (warned.compareAndSet(false, true)) {
      log.warn(
          "the recorder {} threw (expected: that it never does); its figures lack something. More"
              + " of that is logged at DEBUG",
          recorder,
          cause);
    } else {
      log.debug("the recorder {} threw", recorder, cause);
    }
  }

  /** What is recorded of one peer. */
  private final class OfPeer implements PeerRecorder {

    private final PeerRecorder peer;

    OfPeer(PeerRecorder peer) {
      this.peer = peer;
    }

    @Override
    public void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      tell(() -> peer.sent(channel, messages, messageBytes, wireBytes));
    }

    @Override
    public void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {
      tell(() -> peer.received(channel, messages, messageBytes, wireBytes));
    }

    @Override
    public void sendFailed(PeerChannel channel) {
      tell(() -> peer.sendFailed(channel));
    }

    @Override
    public void receiveFailed(PeerChannel channel) {
      tell(() -> peer.receiveFailed(channel));
    }

    @Override
    public void dropped(
        PeerChannel channel,
        MessageClass messageClass,
        DropReason reason,
        long messages,
        long bytes) {
      tell(() -> peer.dropped(channel, messageClass, reason, messages, bytes));
    }

    @Override
    public void queued(PeerChannel channel, long nanos) {
      tell(() -> peer.queued(channel, nanos));
    }

    @Override
    public void lane(PeerChannel channel, Lane lane) {
      tell(() -> peer.lane(channel, lane));
    }

    @Override
    public void active() {
      tell(peer::active);
    }

    @Override
    public void inactive(LinkFailure cause) {
      tell(() -> peer.inactive(cause));
    }

    @Override
    public void streamOpened(PeerChannel channel, Direction direction) {
      tell(() -> peer.streamOpened(channel, direction));
    }

    @Override
    public void streamClosed(
        PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {
      tell(() -> peer.streamClosed(channel, direction, reason, age));
    }

    @Override
    public void snapshotStarted(Direction direction) {
      tell(() -> peer.snapshotStarted(direction));
    }

    @Override
    public void snapshotProgress(Direction direction, long bytes) {
      tell(() -> peer.snapshotProgress(direction, bytes));
    }

    @Override
    public void snapshotEnded(
        Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {
      tell(() -> peer.snapshotEnded(direction, took, failure));
    }

    @Override
    public void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {
      tell(() -> peer.probed(over, roundTrip, clockDifference));
    }

    @Override
    public void probeFailed(PeerChannel over) {
      tell(() -> peer.probeFailed(over));
    }

    @Override
    public Request request(PeerChannel channel, BiConsumer<String, String> header) {
      Request request = ask(() -> peer.request(channel, header), Request.UNOBSERVED);
      return failure -> tell(() -> request.ended(failure));
    }

    @Override
    public void close() {
      tell(peer::close);
    }
  }
}
