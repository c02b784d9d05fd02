// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server.testkit;

import io.raftwire.ClusterId;
import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.TransportEvent;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.raftpb.Message;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;

/** A transport on a free port of this machine, with short times, that notes what it gets. */
public final class Member implements AutoCloseable {

  /** The cluster of all members. */
  public static final ClusterId CLUSTER = ClusterId.of(0x1000);

  /** For waits that should be short. */
  public static final Duration WAIT = Duration.ofSeconds(15);

  private final RaftHttpTransport transport;
  private final PeerUrls urls;
  private final Queue<Message> inbound = new ConcurrentLinkedQueue<>();
  private final Queue<TransportEvent> events = new ConcurrentLinkedQueue<>();

  private Member(RaftHttpConfig config, PeerUrls urls) {
    this.urls = urls;
    this.transport = RaftHttpTransport.create(config);
    transport.events().subscribe(events::add);
  }

  /** A started member that takes all messages. */
  public static Member start(long id) {
    return start(id, config -> config);
  }

  /** A started member that takes all messages. */
  public static Member start(long id, UnaryOperator<RaftHttpConfig.Builder> change) {
    return create(id, change).takingAll().started();
  }

  /** A member that is not started and takes nothing yet. */
  public static Member create(long id, UnaryOperator<RaftHttpConfig.Builder> change) {
    return create(id, "http", change);
  }

  /** A member that is not started and takes nothing yet. */
  public static Member create(
      long id, String scheme, UnaryOperator<RaftHttpConfig.Builder> change) {
    PeerUrls urls = PeerUrls.of(scheme + "://127.0.0.1:" + Ports.free());
    RaftHttpConfig.Builder builder =
        RaftHttpConfig.builder(MemberId.of(id), CLUSTER)
            .listenUrls(urls)
            .timeouts(
                times ->
                    times
                        .redialMin(Duration.ofMillis(20))
                        .redialMax(Duration.ofMillis(200))
                        .drain(Duration.ofMillis(500)));
    return new Member(change.apply(builder).build(), urls);
  }

  /** Takes all messages and proposals from now on. */
  public Member takingAll() {
    transport.inbound().subscribe(inbound::add);
    transport.proposals().subscribe(inbound::add);
    return this;
  }

  /** Starts. */
  public Member started() {
    transport.start().block(WAIT);
    return this;
  }

  /** Makes others its peers. */
  public Member know(Member... others) {
    for (Member other : others) {
      transport.addPeer(other.id(), other.urls);
    }
    return this;
  }

  /** The transport. */
  public RaftHttpTransport transport() {
    return transport;
  }

  /** Its id. */
  public MemberId id() {
    return transport.id();
  }

  /** Where it listens. */
  public PeerUrls urls() {
    return urls;
  }

  /** Its one URL. */
  public String url() {
    return urls.toString();
  }

  /** Its port. */
  public int port() {
    return urls.urls().get(0).getPort();
  }

  /** What it got so far. */
  public List<Message> inbound() {
    return List.copyOf(inbound);
  }

  /** What happened so far. */
  public List<TransportEvent> events() {
    return List.copyOf(events);
  }

  /** What happened so far, of one kind. */
  public <T extends TransportEvent> List<T> events(Class<T> type) {
    return events.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The causes of all snapshots that failed. */
  public List<LinkFailure> snapshotFailures() {
    return events(TransportEvent.SnapshotFailed.class).stream()
        .map(TransportEvent.SnapshotFailed::cause)
        .toList();
  }

  /** Whether both streams of a peer are up in both directions is not visible; this is close. */
  public boolean active(Member other) {
    return transport.activeSince(other.id()).isPresent();
  }

  @Override
  public void close() {
    transport.stop().block(WAIT);
  }
}
