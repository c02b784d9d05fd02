// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.util.concurrent.ScheduledFuture;
import io.raftwire.Delivery;
import io.raftwire.DropReason;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MessageClass;
import io.raftwire.http.codec.ChunkReader;
import io.raftwire.http.codec.MessageSink;
import io.raftwire.http.codec.StreamDecoder;
import io.raftwire.http.inbound.Arrivals;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.inbound.SingleArrival;
import io.raftwire.http.link.Admission;
import io.raftwire.http.link.Failures;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.link.Reads;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;
import reactor.netty.NettyPipeline;

/**
 * One dialled stream: bytes in, messages to raft. It reads from the connection only while what it
 * has brought and raft has not taken stays below a bound, so that TCP pushes back to the writer.
 *
 * <p>It takes the place of the HTTP codec as soon as the response's head is read, and finds the
 * body's chunks itself: a stream is the last thing its connection carries, and what the codec and
 * the client behind it would spend on each read is more than what a short message costs otherwise.
 * All of it runs on the connection's event loop, but for {@link Batch#exhausted}.
 */
final class IncomingStream extends ChannelInboundHandlerAdapter implements MessageSink {

  private static final String NAME = "raftwire.incomingStream";

  // The event loop may have answers to what was read, and others to turn to.
  private static final int TURN_MESSAGES = 512;

  private final StreamType type;
  private final PeerLink link;
  private final Inbox inbox;
  private final Channel channel;
  private final ChunkReader chunks = new ChunkReader();
  private final StreamDecoder decoder;
  private final MonoSink<LinkFailure> outcome;
  private final long maxWaitingBytes;
  private final AtomicLong waitingBytes = new AtomicLong();
  private final ScheduledFuture<?> watch;

  // Not made before there is a message for it: an array that waits becomes old to the garbage
  // collector, which then copies all messages in it among the old ones, handed out or not.
  private @Nullable Batch read;
  private int lastBatchSize = 1;
  private long readMessageBytes;
  private long readWireBytes;
  private long received;
  private long receivedInTurn;
  private long lastReadNanos = System.nanoTime();
  private boolean ended;

  /** Whether reading is withheld until raft takes what waits. */
  private volatile boolean withheld;

  private IncomingStream(
      StreamType type, PeerLink link, Inbox inbox, Channel channel, MonoSink<LinkFailure> outcome) {
    this.type = type;
    this.link = link;
    this.inbox = inbox;
    this.channel = channel;
    this.outcome = outcome;
    this.decoder = type.decoder(link.local(), link.peer(), link.config().limits());
    this.maxWaitingBytes = link.config().limits().inboundBytes();
    long every = link.config().timeouts().read().toNanos() / 4;
    this.watch =
        channel.eventLoop().scheduleAtFixedRate(this::tick, every, every, TimeUnit.NANOSECONDS);
  }

  /**
   * Reads the rest of a connection as a stream. Called on its event loop while the response's head
   * is the last thing that was read: what came with it is still in the codec, which gives it up
   * when it goes.
   *
   * @param channel of an HTTP/1.1 client
   * @param outcome gets why the stream ended; its disposal ends the stream
   */
  static void readFrom(
      Channel channel, StreamType type, PeerLink link, Inbox inbox, MonoSink<LinkFailure> outcome) {
    IncomingStream stream = new IncomingStream(type, link, inbox, channel, outcome);
    outcome.onDispose(stream::dispose);
    channel.pipeline().addAfter(NettyPipeline.HttpCodec, NAME, stream);
    channel.pipeline().remove(NettyPipeline.HttpCodec);
    Reads.stream(channel, () -> stream.receivedInTurn < TURN_MESSAGES);
    channel.config().setAutoRead(true);
    stream.delayAcknowledgements();
  }

  /**
   * Has the kernel acknowledge every other short segment or every full one, as it does by itself
   * for a connection that carries data both ways; else each read of a lone message costs a packet.
   * The kernel falls back when the connection was idle.
   */
  private void delayAcknowledgements() {
    // Without epoll there is no such option, and this does nothing.
    channel.config().setOption(EpollChannelOption.TCP_QUICKACK, false);
  }

  // ---- what the connection brings -------------------------------------------------------------

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    ByteBuf in = (ByteBuf) bytes;
    try {
      if (!ended) {
        read(in);
      }
    } finally {
      in.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    // Nobody behind it has seen anything of what was read.
    receivedInTurn = 0;
  }

  private void read(ByteBuf in) {
    lastReadNanos = System.nanoTime();
    link.liveness().seen(lastReadNanos);
    try {
      decode(in);
    } catch (RuntimeException e) {
      link.recorder().receiveFailed(type.channel());
      handOver();
      end(Failures.of(type.channel(), "read", e));
      return;
    }
    handOver();
    if (chunks.ended()) {
      end(closedByPeer());
    } else if (waitingBytes.get() >= maxWaitingBytes) {
      withhold();
    }
  }

  private void decode(ByteBuf in) {
    int end = in.writerIndex();
    for (int content = chunks.next(in); content > 0; content = chunks.next(in)) {
      // A view of the content would be one more object for each read.
      in.writerIndex(in.readerIndex() + content);
      decoder.decode(in, this);
      in.writerIndex(end);
    }
  }

  private LinkFailure closedByPeer() {
    return LinkFailure.of(
        type.channel(),
        "read",
        Reason.CLOSED_BY_PEER,
        decoder.atFrameBoundary()
            ? "the peer closed the stream"
            : "the peer closed the stream in the middle of a frame");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    end(
        LinkFailure.of(
            type.channel(),
            "read",
            Reason.BROKEN,
            "the connection was closed, the stream still open"));
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    end(Failures.of(type.channel(), "read", cause));
  }

  // ---- what the decoder finds -----------------------------------------------------------------

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
      batch().add(message, messageBytes);
    } else if (!inbox
        .proposals()
        .offer(message, messageBytes, SingleArrival.Acknowledgement.NONE)) {
      drop(message, DropReason.FULL, messageBytes);
    }
  }

  private Batch batch() {
    Batch batch = read;
    if (batch == null) {
      batch = new Batch(lastBatchSize);
      read = batch;
    }
    return batch;
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
    Batch batch = read;
    if (batch != null) {
      read = null;
      lastBatchSize = batch.size;
      waitingBytes.addAndGet(batch.bytes);
      inbox.messages().offer(batch);
    }
    receivedInTurn += received;
    received = 0;
    readMessageBytes = 0;
    readWireBytes = 0;
  }

  // ---- demand ---------------------------------------------------------------------------------

  private void withhold() {
    withheld = true;
    channel.config().setAutoRead(false);
    resumeIfRoom();
  }

  private void resumeIfRoom() {
    if (withheld && !ended && waitingBytes.get() < maxWaitingBytes) {
      withheld = false;
      lastReadNanos = System.nanoTime();
      channel.config().setAutoRead(true);
    }
  }

  private void tick() {
    delayAcknowledgements();
    long silent = System.nanoTime() - lastReadNanos;
    // While this side does not read, the silence is its own.
    if (!withheld && silent > link.config().timeouts().read().toNanos()) {
      end(
          LinkFailure.of(
              type.channel(),
              "read",
              Reason.READ_IDLE,
              "nothing arrived for " + TimeUnit.NANOSECONDS.toMillis(silent) + " ms"));
    }
  }

  // ---- the end --------------------------------------------------------------------------------

  private void end(LinkFailure cause) {
    stop();
    outcome.success(cause);
  }

  private void stop() {
    ended = true;
    watch.cancel(false);
  }

  private void dispose() {
    if (channel.eventLoop().inEventLoop()) {
      stop();
    } else {
      onLoop(this::stop);
    }
  }

  /** Whether the event loop will run the task; else it is ended, and with it this stream. */
  private boolean onLoop(Runnable task) {
    try {
      channel.eventLoop().execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /** The messages of one read; complete when it is handed over. */
  private final class Batch implements Arrivals {

    private Message[] messages;
    private int size;
    private long bytes;

    Batch(int expectedSize) {
      this.messages = new Message[expectedSize];
    }

    void add(Message message, long messageBytes) {
      bytes += messageBytes;
      if (size == messages.length) {
        messages = Arrays.copyOf(messages, 2 * size);
      }
      messages[size++] = message;
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public Message message(int index) {
      return messages[index];
    }

    @Override
    public Delivery delivery(int index) {
      return new SingleArrival(messages[index], SingleArrival.Acknowledgement.NONE, () -> {});
    }

    @Override
    public void taken(int index) {
      // Nobody waits for it: a stream has no answers.
    }

    @Override
    public boolean passTo(Runnable handOut) {
      return !channel.eventLoop().inEventLoop() && onLoop(handOut);
    }

    @Override
    public void exhausted() {
      waitingBytes.addAndGet(-bytes);
      if (!withheld) {
        return;
      }
      if (channel.eventLoop().inEventLoop()) {
        resumeIfRoom();
      } else {
        onLoop(IncomingStream.this::resumeIfRoom);
      }
    }
  }
}
