// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.peer;

import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.Peer;
import io.raftwire.PeerUrls;
import io.raftwire.SendOutcome;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.lane.Lane;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.PeerLink;
import io.raftwire.http.probe.Prober;
import io.raftwire.http.stream.StreamReader;
import io.raftwire.http.stream.StreamType;
import io.raftwire.http.stream.StreamWriter;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * One peer: four streams, a pipeline, snapshots and probes (rafthttp's {@code peer.go}). A MsgSnap
 * is posted; a MsgApp takes its stream, any other message the message stream, and each falls back
 * to what there is: a MsgApp to the message stream, everything to the pipeline.
 */
public final class HttpPeer extends Destination implements Peer {

  private final StreamWriter appWriter;
  private final StreamWriter messageWriter;
  private final StreamReader appReader;
  private final StreamReader messageReader;
  private final Prober prober;
  private final List<Runnable> reachableListeners = new CopyOnWriteArrayList<>();

  private volatile boolean started;
  private volatile boolean stopped;

  /** A peer that is not dialled yet. */
  public HttpPeer(PeerLink link, HttpClients clients, Inbox inbox, Clock clock) {
    this(new Destination(link, clients), clients, inbox, clock);
  }

  /** A peer that is not dialled yet, and was a remote before. */
  public HttpPeer(Destination remote, HttpClients clients, Inbox inbox, Clock clock) {
    super(remote);
    PeerLink link = remote.link();
    this.appWriter = new StreamWriter(StreamType.MSGAPP, link, this::wake);
    this.messageWriter = new StreamWriter(StreamType.MESSAGE, link, this::wake);
    this.appReader = new StreamReader(StreamType.MSGAPP, link, clients, inbox);
    this.messageReader = new StreamReader(StreamType.MESSAGE, link, clients, inbox);
    this.prober = new Prober(link, clients, clock);
    link.status().whenActive(this::tellSenders);
  }

  @Override
  public void start() {
    started = true;
    super.start();
    appReader.start();
    messageReader.start();
    prober.start();
  }

  @Override
  public Mono<Void> stop(Duration drain) {
    stopped = true;
    prober.stop();
    appReader.stop();
    messageReader.stop();
    return Mono.whenDelayError(appWriter.stop(drain), messageWriter.stop(drain))
        .then(super.stop(drain))
        .doFinally(signal -> tellSenders());
  }

  @Override
  public void wake() {
    super.wake();
    appReader.wake();
    messageReader.wake();
    tellSenders();
  }

  /** The writer of a stream, for the peer's request to attach to. */
  public StreamWriter writer(StreamType type) {
    return type == StreamType.MSGAPP ? appWriter : messageWriter;
  }

  @Override
  protected Lane lane(MessageClass messageClass, Message message) {
    if (messageClass == MessageClass.SNAPSHOT) {
      return pipelineLane();
    }
    if (message.getType() == MessageType.MsgApp && appWriter.attached()) {
      return appWriter.lane();
    }
    return messageWriter.attached() ? messageWriter.lane() : pipelineLane();
  }

  // ---- the public side ------------------------------------------------------------------------

  @Override
  public MemberId id() {
    return link().peer();
  }

  @Override
  public PeerUrls urls() {
    return link().urls().urls();
  }

  @Override
  public Optional<Instant> activeSince() {
    return link().status().activeSince();
  }

  @Override
  public SendOutcome send(Message message) {
    if (message.getTo() != id().value()) {
      throw new IllegalArgumentException(
          "message to " + MemberId.of(message.getTo()) + " (expected: to " + id() + ")");
    }
    return started && !stopped ? offer(message) : SendOutcome.STOPPED;
  }

  @Override
  public Mono<Void> send(Publisher<Message> messages) {
    return Mono.create(sink -> messages.subscribe(new PeerSink(this, sink)));
  }

  // ---- what a back-pressured sender watches ---------------------------------------------------

  boolean isStopped() {
    return stopped;
  }

  /** Whether it makes sense to request more: somewhere to write to, and room for it. */
  long room() {
    if (appWriter.attached() && messageWriter.attached()) {
      return Math.min(appWriter.lane().room(), messageWriter.lane().room());
    }
    if (messageWriter.attached()) {
      return messageWriter.lane().room();
    }
    return link().status().active() ? pipelineLane().room() : 0;
  }

  private void tellSenders() {
    reachableListeners.forEach(Runnable::run);
  }

  void watch(Runnable listener) {
    appWriter.lane().addRoomListener(listener);
    messageWriter.lane().addRoomListener(listener);
    pipelineLane().addRoomListener(listener);
    reachableListeners.add(listener);
  }

  void unwatch(Runnable listener) {
    appWriter.lane().removeRoomListener(listener);
    messageWriter.lane().removeRoomListener(listener);
    pipelineLane().removeRoomListener(listener);
    reachableListeners.remove(listener);
  }
}
