// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.raftwire.Delivery;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MessageClass;
import io.raftwire.http.codec.MessageSink;
import io.raftwire.http.codec.StreamDecoder;
import io.raftwire.http.inbound.Arrivals;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.inbound.SingleArrival;
import io.raftwire.http.link.Admission;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.LateErrors;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.SignalType;
import reactor.util.context.Context;

/**
 * One dialled stream: bytes in, messages to raft. It requests from the connection only while what
 * it has brought and raft has not taken stays below a bound, so that TCP pushes back to the writer.
 * All of it runs on the connection's event loop, but for {@link Batch#exhausted}.
 */
final class IncomingStream extends BaseSubscriber<ByteBuf> implements MessageSink {

  private final StreamType type;
  private final PeerLink link;
  private final Inbox inbox;
  private final EventLoop eventLoop;
  private final StreamDecoder decoder;
  private final MonoSink<LinkFailure> outcome;
  private final long maxWaitingBytes;
  private final AtomicLong waitingBytes = new AtomicLong();

  private List<Message> read = new ArrayList<>();
  private long readMessageBytes;
  private long readWireBytes;
  private long received;
  private long lastReadNanos = System.nanoTime();
  private final ScheduledFuture<?> watch;

  /** Whether reading is withheld until raft takes what waits. */
  private volatile boolean withheld;

  /**
   * A stream whose head has been read.
   *
   * @param outcome gets why the stream ended
   */
  IncomingStream(
      StreamType type,
      PeerLink link,
      Inbox inbox,
      EventLoop eventLoop,
      MonoSink<LinkFailure> outcome) {
    this.type = type;
    this.link = link;
    this.inbox = inbox;
    this.eventLoop = eventLoop;
    this.outcome = outcome;
    this.decoder = type.decoder(link.local(), link.peer(), link.config().limits());
    this.maxWaitingBytes = link.config().limits().inboundBytes();
    long every = link.config().timeouts().read().toNanos() / 4;
    this.watch = eventLoop.scheduleAtFixedRate(this::checkIdle, every, every, TimeUnit.NANOSECONDS);
  }

  @Override
  public Context currentContext() {
    return Context.of(LateErrors.context());
  }

  @Override
  protected void hookOnSubscribe(Subscription subscription) {
    subscription.request(1);
  }

  @Override
  protected void hookOnNext(ByteBuf bytes) {
    lastReadNanos = System.nanoTime();
    link.liveness().seen();
    try {
      decoder.decode(bytes, this);
    } catch (RuntimeException e) {
      link.recorder().receiveFailed(type.channel());
      handOver();
      fail(Failures.of(type.channel(), "read", e));
      return;
    }
    handOver();
    if (waitingBytes.get() < maxWaitingBytes) {
      request(1);
      return;
    }
    withheld = true;
    resumeIfRoom();
  }

  @Override
  protected void hookOnComplete() {
    fail(
        LinkFailure.of(
            type.channel(),
            "read",
            Reason.CLOSED_BY_PEER,
            decoder.atFrameBoundary()
                ? "the peer closed the stream"
                : "the peer closed the stream in the middle of a frame"));
  }

  @Override
  protected void hookOnError(Throwable cause) {
    fail(Failures.of(type.channel(), "read", cause));
  }

  @Override
  protected void hookFinally(SignalType signal) {
    watch.cancel(false);
  }

  // ---- what the decoder finds
  // --------------------------------------------------------------------

  @Override
  public void message(Message message, long messageBytes, long wireBytes) {
    received++;
    readMessageBytes += messageBytes;
    readWireBytes += wireBytes;
    if (link.isCut()) {
      return;
    }
    DropReason refused = Admission.refuse(message, link.local(), link.peer());
    if (refused != null) {
      drop(message, refused, messageBytes);
      return;
    }
    if (message.getType() != MessageType.MsgProp) {
      read.add(message);
    } else if (!inbox
        .proposals()
        .offer(message, messageBytes, SingleArrival.Acknowledgement.NONE)) {
      drop(message, DropReason.FULL, messageBytes);
    }
  }

  @Override
  public void linkHeartbeat() {
    // It has done its work by arriving.
  }

  private void drop(Message message, DropReason reason, long bytes) {
    link.recorder().receiveFailed(type.channel());
    link.dropped(type.channel(), MessageClass.of(message), reason, 1, bytes);
  }

  private void handOver() {
    if (received > 0) {
      link.recorder().received(type.channel(), received, readMessageBytes, readWireBytes);
    }
    if (!read.isEmpty()) {
      Batch batch = new Batch(read, readMessageBytes);
      read = new ArrayList<>(batch.size());
      waitingBytes.addAndGet(batch.bytes);
      inbox.messages().offer(batch);
    }
    received = 0;
    readMessageBytes = 0;
    readWireBytes = 0;
  }

  // ---- demand
  // --------------------------------------------------------------------------------------

  private void resumeIfRoom() {
    if (withheld && waitingBytes.get() < maxWaitingBytes) {
      withheld = false;
      lastReadNanos = System.nanoTime();
      request(1);
    }
  }

  private void checkIdle() {
    long silent = System.nanoTime() - lastReadNanos;
    // While this side does not read, the silence is its own.
    if (!withheld && silent > link.config().timeouts().read().toNanos()) {
      fail(
          LinkFailure.of(
              type.channel(),
              "read",
              Reason.READ_IDLE,
              "nothing arrived for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms"));
    }
  }

  private void fail(LinkFailure cause) {
    watch.cancel(false);
    outcome.success(cause);
    cancel();
  }

  /** The messages of one read. */
  private final class Batch implements Arrivals {

    private final List<Message> messages;
    private final long bytes;

    Batch(List<Message> messages, long bytes) {
      this.messages = messages;
      this.bytes = bytes;
    }

    @Override
    public int size() {
      return messages.size();
    }

    @Override
    public Message message(int index) {
      return messages.get(index);
    }

    @Override
    public Delivery delivery(int index) {
      return new SingleArrival(messages.get(index), SingleArrival.Acknowledgement.NONE, () -> {});
    }

    @Override
    public void taken(int index) {
      // Nobody waits for it: a stream has no answers.
    }

    @Override
    public void exhausted() {
      waitingBytes.addAndGet(-bytes);
      if (!withheld) {
        return;
      }
      if (eventLoop.inEventLoop()) {
        resumeIfRoom();
        return;
      }
      try {
        eventLoop.execute(IncomingStream.this::resumeIfRoom);
      } catch (RejectedExecutionException e) {
        // The event loops are ended, and with them this stream.
      }
    }
  }
}
