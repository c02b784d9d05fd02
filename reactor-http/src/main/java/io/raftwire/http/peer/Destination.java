// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.peer;

import io.netty.buffer.ByteBuf;
import io.raftwire.DropReason;
import io.raftwire.MessageClass;
import io.raftwire.SendOutcome;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.pipeline.Pipeline;
import io.raftwire.http.snapshot.SnapshotSender;
import io.raftwire.raftpb.Message;
import java.nio.file.Path;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * Someone who can be sent messages. By itself it is a <em>remote</em>, who has POSTs only
 * (rafthttp's {@code remote.go}); a {@link HttpPeer} has streams too.
 */
public class Destination {

  private final PeerLink link;
  private final Pipeline pipeline;
  private final SnapshotSender snapshots;

  /** A destination that does not send yet. */
  public Destination(PeerLink link, HttpClients clients) {
    this.link = link;
    this.pipeline = new Pipeline(link, clients);
    this.snapshots = new SnapshotSender(link, clients);
  }

  /** What a destination has become; whatever is under way goes on. */
  protected Destination(Destination before) {
    this.link = before.link;
    this.pipeline = before.pipeline;
    this.snapshots = before.snapshots;
  }

  /** What its channels share. */
  public final PeerLink link() {
    return link;
  }

  /** Begins to send, if that has not begun. */
  public void start() {
    pipeline.start();
  }

  /** Ends all channels, after what waits has been sent or the time is over. */
  public Mono<Void> stop(Duration drain) {
    snapshots.stop();
    return pipeline.stop(drain).then(Mono.fromRunnable(() -> link.recorder().close()));
  }

  /** The peer gave a sign of life. */
  public void wake() {
    link.liveness().seen();
  }

  /** Queues a message, or says why not; a refusal for want of room is recorded and reported. */
  public final SendOutcome offer(Message message) {
    MessageClass messageClass = MessageClass.of(message);
    SendOutcome outcome = place(message, messageClass);
    if (outcome == SendOutcome.FULL) {
      link.refused(
          lane(messageClass, message).channel(), messageClass, message.getSerializedSize());
    }
    return outcome;
  }

  /** Queues a message, or says why not, with nothing recorded for want of room. */
  final SendOutcome place(Message message, MessageClass messageClass) {
    if (messageClass == MessageClass.LOCAL) {
      return SendOutcome.LOCAL_TYPE;
    }
    int size = message.getSerializedSize();
    if (size > link.config().limits().maxMessageBytes()) {
      return SendOutcome.TOO_LARGE;
    }
    Lane lane = lane(messageClass, message);
    if (link.isCut()) {
      link.recorder().dropped(lane.channel(), messageClass, DropReason.PAUSED, 1, size);
      return SendOutcome.PAUSED;
    }
    return lane.offer(message, size, messageClass) ? SendOutcome.QUEUED : SendOutcome.FULL;
  }

  /** Sends a snapshot with its body. */
  public final Mono<Void> sendSnapshot(Message snapshot, Publisher<ByteBuf> body) {
    return snapshots.send(snapshot, body);
  }

  /** Sends a snapshot with a file as its body. */
  public final Mono<Void> sendSnapshot(Message snapshot, Path body) {
    return snapshots.send(snapshot, body);
  }

  /** The lane a message takes now. */
  protected Lane lane(MessageClass messageClass, Message message) {
    return pipeline.lane();
  }

  /** The lane of the POSTs. */
  protected final Lane pipelineLane() {
    return pipeline.lane();
  }
}
