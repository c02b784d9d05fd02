// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import io.raftwire.DropReason;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for one channel of a peer: first in, first out, bounded in messages and in
 * bytes. Urgent messages are taken beyond the bounds, up to a reserve; and a MsgHeartbeat takes the
 * place of an older one that has not left yet, since raft has no use for the older.
 *
 * <p>Any thread offers. One consumer at a time, who has {@linkplain #claim claimed} it, polls; it
 * is woken by {@link #onAvailable} after the lane went from idle to not, and goes idle again by
 * {@link #idle}.
 */
public final class Lane implements PeerRecorder.Lane {

  // The counter keeps both figures in one word, so that a bound is checked and taken in one step.
  private static final int BYTES_BITS = 41;
  private static final long BYTES_MASK = (1L << BYTES_BITS) - 1;
  private static final long ONE_MESSAGE = 1L << BYTES_BITS;

  // How long the queue's arrays are. An empty lane has one.
  private static final int QUEUE_CHUNK = 256;

  private static final Runnable NOBODY = () -> {};

  private final PeerChannel channel;
  private final LaneLimits limits;
  private final PeerRecorder recorder;

  // Holds Message, HeartbeatSlot and Stamp; a wrapper for each message would cost one more object.
  // In arrays, and what producers write apart from what the consumer writes: the nodes of a linked
  // queue go from one core to another with every message.
  private final Queue<Object> queue = new MpscUnboundedAtomicArrayQueue<>(QUEUE_CHUNK);
  private final AtomicLong held = new AtomicLong();
  private final AtomicReference<@Nullable HeartbeatSlot> heartbeat = new AtomicReference<>();
  private final AtomicBoolean awake = new AtomicBoolean();
  private final AtomicBoolean claimed = new AtomicBoolean();
  // The first message after a batch has left gets a stamp. More of them would tell no more.
  private final AtomicBoolean stampDue = new AtomicBoolean(true);
  private final List<Runnable> roomListeners = new CopyOnWriteArrayList<>();

  private volatile Runnable onAvailable = NOBODY;
  private volatile @Nullable Closing closing;

  // The consumer's: the first stamp it has met since it gave room back.
  private @Nullable Stamp firstStamp;

  /** An empty lane. */
  public Lane(PeerChannel channel, LaneLimits limits, PeerRecorder recorder) {
    this.channel = channel;
    this.limits = limits;
    this.recorder = recorder;
    recorder.lane(channel, this);
  }

  /** The channel it feeds. */
  public PeerChannel channel() {
    return channel;
  }

  @Override
  public long messages() {
    return held.get() >>> BYTES_BITS;
  }

  @Override
  public long bytes() {
    return held.get() & BYTES_MASK;
  }

  /** How many more messages that are not urgent fit, as far as their number goes. */
  public long room() {
    return Math.max(0, limits.messages() - messages());
  }

  /**
   * Takes a message if there is room for it.
   *
   * @param size its serialized size in bytes
   * @return whether it was taken
   */
  public boolean offer(Message message, long size, MessageClass messageClass) {
    if (message.getType() == MessageType.MsgHeartbeat) {
      return offerHeartbeat(message, size);
    }
    if (!take(size, messageClass.urgent())) {
      return false;
    }
    enqueue(message);
    return true;
  }

  private boolean offerHeartbeat(Message message, long size) {
    HeartbeatSlot waiting = heartbeat.get();
    Message older = waiting == null ? null : waiting.supersededBy(message);
    if (waiting != null && older != null && supersede(waiting, older, message, size)) {
      return true;
    }
    if (!take(size, true)) {
      return false;
    }
    HeartbeatSlot slot = new HeartbeatSlot(message);
    heartbeat.set(slot);
    enqueue(slot);
    return true;
  }

  private boolean supersede(HeartbeatSlot waiting, Message older, Message newer, long size) {
    long olderSize = older.getSerializedSize();
    long growth = size - olderSize;
    // The lane must never hold more than it has counted, whenever the consumer comes in between.
    if (growth > 0 && !grow(growth)) {
      return false;
    }
    boolean superseded = waiting.replace(older, newer);
    if (superseded) {
      recorder.dropped(channel, MessageClass.HEARTBEAT, DropReason.SUPERSEDED, 1, olderSize);
      if (growth < 0) {
        held.addAndGet(growth);
      }
    } else if (growth > 0) {
      held.addAndGet(-growth);
    }
    return superseded;
  }

  private boolean take(long size, boolean urgent) {
    long maxMessages = (long) limits.messages() + (urgent ? limits.urgentReserve() : 0);
    long maxBytes = maxBytes(urgent);
    while (true) {
      long current = held.get();
      long messages = current >>> BYTES_BITS;
      long bytes = current & BYTES_MASK;
      if (messages > 0 && (messages >= maxMessages || bytes + size > maxBytes)) {
        return false;
      }
      if (held.compareAndSet(current, current + ONE_MESSAGE + size)) {
        return true;
      }
    }
  }

  /** Takes room for a heartbeat that is larger than the one whose place it takes. */
  private boolean grow(long growth) {
    while (true) {
      long current = held.get();
      boolean alone = current >>> BYTES_BITS <= 1;
      if (!alone && (current & BYTES_MASK) + growth > maxBytes(true)) {
        return false;
      }
      if (held.compareAndSet(current, current + growth)) {
        return true;
      }
    }
  }

  private long maxBytes(boolean urgent) {
    return limits.bytes() + (urgent ? LaneLimits.URGENT_RESERVE_BYTES : 0);
  }

  private void enqueue(Object element) {
    if (stampDue.get() && stampDue.compareAndSet(true, false)) {
      queue.add(new Stamp(System.nanoTime()));
    }
    queue.add(element);
    wake();
    if (closing != null) {
      sweep();
    }
  }

  private void wake() {
    if (!awake.get() && awake.compareAndSet(false, true)) {
      onAvailable.run();
    }
  }

  /**
   * Sets who is told that messages wait; told at once if some do. The call comes from the thread
   * that offers, and once only until {@link #idle}.
   */
  public void onAvailable(Runnable consumer) {
    onAvailable = consumer;
    awake.set(false);
    if (!queue.isEmpty()) {
      wake();
    }
  }

  /**
   * Makes the caller the one consumer, unless there is one.
   *
   * @return whether it is; it gives that up by {@link #relinquish}
   */
  public boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  /** The consumer is one no more; messages wait for the next, unless the lane was closed. */
  public void relinquish() {
    onAvailable = NOBODY;
    claimed.set(false);
    if (closing != null) {
      sweep();
    }
  }

  /**
   * The consumer found nothing and rests.
   *
   * @return whether it may: if not, something came meanwhile and it must go on polling
   */
  public boolean idle() {
    awake.set(false);
    return queue.isEmpty() || !awake.compareAndSet(false, true);
  }

  /** The next message, or null. Its room is given back by {@link #release}, not here. */
  public @Nullable Message poll() {
    while (true) {
      Object next = queue.poll();
      if (next == null) {
        return null;
      }
      if (next instanceof Message message) {
        return message;
      }
      if (next instanceof HeartbeatSlot slot) {
        heartbeat.compareAndSet(slot, null);
        return slot.take();
      }
      if (firstStamp == null && next instanceof Stamp stamp) {
        firstStamp = stamp;
      }
    }
  }

  /** Gives back the room of a batch of polled messages; the consumer does. */
  public void release(long messages, long bytes) {
    held.addAndGet(-(messages * ONE_MESSAGE + bytes));
    stampDue.set(true);
    Stamp stamp = firstStamp;
    if (stamp != null) {
      firstStamp = null;
      recorder.queued(channel, System.nanoTime() - stamp.nanos());
    }
    for (Runnable listener : roomListeners) {
      listener.run();
    }
  }

  /**
   * Takes out everything that waits and gives the room back.
   *
   * @return the messages and bytes that were taken out
   */
  public Dropped clear(DropReason reason) {
    long messages = 0;
    long bytes = 0;
    Message message;
    while ((message = poll()) != null) {
      int size = message.getSerializedSize();
      recorder.dropped(channel, MessageClass.of(message), reason, 1, size);
      messages++;
      bytes += size;
    }
    // How long they waited to be written is not known.
    firstStamp = null;
    if (messages > 0) {
      release(messages, bytes);
    }
    return new Dropped(messages, bytes);
  }

  /**
   * Drops what waits, and what is still offered by a sender that does not know yet, as soon as
   * there is no consumer.
   *
   * @param report told of what was dropped, on any thread, more than once if more comes
   */
  public void close(DropReason reason, Consumer<Dropped> report) {
    closing = new Closing(reason, report);
    sweep();
  }

  private void sweep() {
    Closing end = closing;
    // Whoever offers while another sweeps cannot claim, and relies on that one to look again.
    while (end != null && !queue.isEmpty() && claim()) {
      Dropped dropped = clear(end.reason());
      claimed.set(false);
      if (dropped.messages() > 0) {
        end.report().accept(dropped);
      }
    }
  }

  /** Has a listener told, on any thread, whenever room was given back. */
  public void addRoomListener(Runnable listener) {
    roomListeners.add(listener);
  }

  /** Ends {@link #addRoomListener}. */
  public void removeRoomListener(Runnable listener) {
    roomListeners.remove(listener);
  }

  /** What {@link #clear} took out. */
  public record Dropped(long messages, long bytes) {}

  /** How a lane was closed. */
  private record Closing(DropReason reason, Consumer<Dropped> report) {}

  /** Marks when the message behind it was queued. */
  private record Stamp(long nanos) {}
}
