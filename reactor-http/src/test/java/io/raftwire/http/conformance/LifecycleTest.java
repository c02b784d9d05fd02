// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.UnixOperatingSystemMXBean;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.SendOutcome;
import io.raftwire.TransportStoppedException;
import io.raftwire.http.server.testkit.Ports;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** Starting and stopping. */
@Timeout(60)
class LifecycleTest {

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  @Test
  void stoppingLeavesNoThreadAndNoSocket() throws IOException {
    RaftwirePeer one = RaftwirePeer.create(0x51);
    RaftwirePeer other = RaftwirePeer.create(0x52);
    RaftwirePeer.join(one, other);
    one.send(TestMessages.numbered(one.id(), other.id(), 1));
    Await.until("traffic", () -> other.receivedCount() == 1);
    assertThat(threads("raftwire-51")).isNotEmpty();
    long began = System.nanoTime();
    one.stop();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    Await.until("its threads are gone", () -> threads("raftwire-51").isEmpty());
    assertThat(Sockets.established(one.port())).isZero();
    try (ServerSocket again = new ServerSocket(one.port(), 1, InetAddress.getLoopbackAddress())) {
      assertThat(again.isBound()).isTrue();
    }
    // The other one saw streams end in good order, and goes on.
    Await.until(
        "the other noticed",
        () ->
            other.records(one.id()).open(PeerChannel.MESSAGE, Direction.RECEIVE) == 0
                && other.records(one.id()).open(PeerChannel.MSGAPP, Direction.RECEIVE) == 0);
    assertThat(other.records(one.id()).closedFor(PeerChannel.MESSAGE, Direction.RECEIVE))
        .containsExactly(Reason.CLOSED_BY_PEER);
    assertThat(other.transport().activePeers()).isZero();
    other.stop();
    Await.until("its threads are gone", () -> threads("raftwire-52").isEmpty());
  }

  @Test
  void startingAndStoppingIsDoneOnce() {
    RaftwirePeer peer = RaftwirePeer.create(0x53);
    assertThat(peer.offer(TestMessages.numbered(peer.id(), peer.id(), 1)))
        .isEqualTo(SendOutcome.STOPPED);
    Mono<Void> start = peer.transport().start();
    start.block();
    start.block();
    peer.transport().start().block();
    StepVerifier.create(peer.transport().events().then())
        .then(
            () -> {
              peer.stop();
              peer.stop();
            })
        .expectComplete()
        .verify(Duration.ofSeconds(5));
    assertThat(peer.offer(TestMessages.numbered(peer.id(), peer.id(), 1)))
        .isEqualTo(SendOutcome.STOPPED);
    StepVerifier.create(peer.transport().inbound().then())
        .expectComplete()
        .verify(Duration.ofSeconds(5));
    StepVerifier.create(peer.transport().proposals().then())
        .expectComplete()
        .verify(Duration.ofSeconds(5));
  }

  @Test
  void aStoppedTransportDoesNotStart() {
    RaftwirePeer peer = RaftwirePeer.create(0x54);
    peer.stop();
    assertThatThrownBy(peer::start).isInstanceOf(TransportStoppedException.class);
    Await.until("no thread", () -> threads("raftwire-54").isEmpty());
  }

  @Test
  void aTransportThatCannotListenLeavesNothingOpen() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      RaftwirePeer peer = new RaftwirePeer(0x55, taken.getLocalPort(), c -> c);
      assertThatThrownBy(peer::start).hasMessageContaining("cannot listen on " + peer.url());
      Await.until("no thread", () -> threads("raftwire-55").isEmpty());
      peer.stop();
    }
  }

  @Test
  void startingAndStoppingAgainAndAgainLeavesNoGrowth() {
    RaftwirePeer anchor = RaftwirePeer.create(0x56);
    anchor.start();
    int port = Ports.free();
    long files = 0;
    int threads = 0;
    for (int i = 0; i < 15; i++) {
      RaftwirePeer peer = new RaftwirePeer(0x57, port, c -> c);
      anchor.addPeer(peer.id(), peer.url());
      peer.addPeer(anchor.id(), anchor.url());
      peer.start();
      Await.until("connected", () -> peer.connected(anchor.id()));
      peer.send(TestMessages.numbered(peer.id(), anchor.id(), i));
      int expected = i + 1;
      Await.until("traffic", () -> anchor.receivedCount() == expected);
      peer.stop();
      anchor.transport().removePeer(peer.id());
      if (i == 4) {
        files = openFiles();
        threads = Thread.activeCount();
      }
    }
    long filesBefore = files;
    int threadsBefore = threads;
    Await.until("no more open files", () -> openFiles() <= filesBefore + 4);
    Await.until("no more threads", () -> Thread.activeCount() <= threadsBefore + 2);
    anchor.stop();
  }

  private static long openFiles() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }
}
