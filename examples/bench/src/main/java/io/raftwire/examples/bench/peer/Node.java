// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.RaftwireException;
import io.raftwire.SendOutcome;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One member: a started transport with one other member. */
final class Node implements AutoCloseable {

  /** Leaves the other end the time to start. */
  static final Duration CONNECT_TIMEOUT = Duration.ofMinutes(1);

  /** How long streams must have been open before they count as attached. */
  static final Duration SETTLE_TIME = Duration.ofMillis(100);

  private static final long STEP_MILLIS = 10;
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final Link link;
  private final LinkWatch watch = new LinkWatch();
  private final RaftHttpTransport transport;

  private volatile @Nullable String notTaken;

  /** A node that is not started. */
  Node(Link link) {
    this.link = link;
    this.transport =
        RaftHttpTransport.create(
            RaftHttpConfig.builder(link.id(), link.clusterId())
                .listenUrls(link.listen())
                .recorder(watch)
                .build());
  }

  /**
   * Listens and hands what arrives to {@code receive}, one message after the other. Nothing is sent
   * before {@link #addPeer} or {@link #addRemote}.
   */
  void start(Consumer<Message> receive) {
    transport.inbound().subscribe(receive);
    try {
      transport.start().block();
    } catch (RaftwireException e) {
      throw new BenchException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Connects to the peer by streams, with the pipeline to fall back on. */
  void addPeer() {
    transport.addPeer(link.peerId(), link.peerUrl());
  }

  /** Leaves nothing but the pipeline to reach the peer. */
  void addRemote() {
    transport.addRemote(link.peerId(), link.peerUrl());
  }

  /**
   * Sends a message.
   *
   * @return whether it was taken; if not, {@link #requireAllTaken} fails from now on
   */
  boolean send(Message message) {
    SendOutcome outcome = transport.send(message);
    if (outcome.queued()) {
      return true;
    }
    notTaken = "a " + message.getType() + " was not taken (" + outcome + "): the figures are void";
    return false;
  }

  /** Fails if a message was not taken. */
  void requireAllTaken() {
    String reason = notTaken;
    if (reason != null) {
      throw new BenchException(reason);
    }
  }

  /** Waits until the peer reads from both streams of this node. */
  void awaitStreams() throws InterruptedException {
    long deadline = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
    long attachedNanos = System.nanoTime();
    while (System.nanoTime() - attachedNanos < SETTLE_TIME.toNanos()) {
      Thread.sleep(STEP_MILLIS);
      if (!watch.attached()) {
        attachedNanos = System.nanoTime();
      }
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            "peer "
                + link.peerId()
                + " at "
                + link.peerUrl()
                + " has not opened both streams within "
                + CONNECT_TIMEOUT.toSeconds()
                + " s: "
                + watch);
      }
    }
  }

  /** Fails if anything was dropped or closed since {@link #disturbances} had a value. */
  void requireUndisturbed(long before) {
    requireAllTaken();
    long disturbed = watch.disturbances() - before;
    if (disturbed > 0) {
      throw new BenchException(
          disturbed + " messages were dropped or streams closed on the way: the figures are void");
    }
  }

  /** How much has happened that must not happen while something is being measured. */
  long disturbances() {
    return watch.disturbances();
  }

  @Override
  public void close() {
    transport.stop().block(STOP_TIMEOUT);
  }
}
