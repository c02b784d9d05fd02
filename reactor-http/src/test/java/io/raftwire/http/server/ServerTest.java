// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.RaftwireException;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.TransportStoppedException;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.http.server.testkit.RawClient;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;
import reactor.test.StepVerifier;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ServerTest {

  private static final Duration WAIT = Duration.ofSeconds(15);
  private static final byte[] GOOD = Sample.message(MessageType.MsgAppResp, 2, 1, 5).toByteArray();

  // ---- listening

  @Test
  void everyListenUrlIsServed() throws Exception {
    int first = Ports.free();
    int second = Ports.free();
    PeerUrls urls = PeerUrls.of("http://127.0.0.1:" + first, "http://localhost:" + second);
    try (Member member =
        Member.create(
                1,
                config ->
                    config
                        .listenUrls(urls)
                        .advertisedUrls(PeerUrls.of("http://member-1.example:2380")))
            .takingAll()
            .started()) {
      for (int port : new int[] {first, second}) {
        try (RawClient client = RawClient.connect(port)) {
          client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
          assertThat(client.answer().status()).isEqualTo(204);
        }
      }
      assertThat(member.transport().config().advertisedUrls())
          .hasToString("http://member-1.example:2380");
    }
  }

  @Test
  void aPortInUseIsNamedAndNothingStaysBound() throws Exception {
    int free = Ports.free();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taking = "http://127.0.0.1:" + taken.getLocalPort();
      RaftHttpTransport transport =
          RaftHttpTransport.create(
              RaftHttpConfig.builder(MemberId.of(1), Member.CLUSTER)
                  .listenUrls(PeerUrls.of("http://127.0.0.1:" + free, taking))
                  .build());
      StepVerifier.create(transport.start())
          .expectErrorSatisfies(
              cause ->
                  assertThat(cause)
                      .isInstanceOf(RaftwireException.class)
                      .hasMessageStartingWith("cannot listen on " + taking + ": ")
                      .hasMessageContaining("Address already in use"))
          .verify(WAIT);
      assertThatCode(() -> new ServerSocket(free, 1, InetAddress.getLoopbackAddress()).close())
          .doesNotThrowAnyException();
      assertThat(transport.send(Sample.message(MessageType.MsgAppResp, 1, 2, 1)))
          .isEqualTo(SendOutcome.STOPPED);
      StepVerifier.create(transport.start()).expectError().verify(WAIT);
      transport.stop().block(WAIT);
    }
  }

  @Test
  void aStopDuringTheStartLeavesNothingBound() throws Exception {
    LoopResources loops = LoopResources.create("given", 1, true);
    try {
      for (int i = 0; i < 20; i++) {
        int port = Ports.free();
        RaftHttpTransport transport =
            RaftHttpTransport.create(
                RaftHttpConfig.builder(MemberId.of(1), Member.CLUSTER)
                    .listenUrls(PeerUrls.of("http://127.0.0.1:" + port))
                    .loopResources(loops)
                    .build());
        // It may be through before the stop comes.
        StepVerifier.create(transport.start().onErrorComplete(TransportStoppedException.class))
            .then(() -> transport.stop().block(WAIT))
            .expectComplete()
            .verify(WAIT);
        assertThatCode(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close())
            .doesNotThrowAnyException();
      }
    } finally {
      loops.disposeLater(Duration.ZERO, WAIT).block(WAIT);
    }
  }

  @Test
  void aStopLeavesNoConnectionThatLingers() throws Exception {
    LoopResources loops = LoopResources.create("given", 1, true);
    Member member = Member.start(1, config -> config.loopResources(loops));
    try (RawClient client = RawClient.connect(member.port())) {
      client.request("POST", "/raft/nowhere", RawClient.peerHeaders(2), new byte[10]);
      assertThat(client.answer().status()).isEqualTo(404);
      member.close();
      // What is written is answered by a reset, and then fails.
      await()
          .atMost(Duration.ofSeconds(1))
          .until(
              () -> {
                try {
                  client.write((byte) 1);
                  return false;
                } catch (IOException e) {
                  return true;
                }
              });
    } finally {
      loops.disposeLater(Duration.ZERO, WAIT).block(WAIT);
    }
  }

  @Test
  void theSamePortCanBeTakenAgainAtOnce() throws Exception {
    PeerUrls urls = PeerUrls.of(Ports.freeUrl());
    for (int i = 0; i < 3; i++) {
      try (Member member = Member.start(1, config -> config.listenUrls(urls));
          RawClient client = RawClient.connect(urls.urls().get(0).getPort())) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        assertThat(client.answer().status()).isEqualTo(204);
        assertThat(member.inbound()).hasSize(1);
      }
    }
  }

  // ---- mounted on a server of the application

  @Test
  void routesAreMountedBesideOthers() throws Exception {
    RaftHttpTransport transport =
        RaftHttpTransport.create(RaftHttpConfig.builder(MemberId.of(1), Member.CLUSTER).build());
    List<Message> inbound = new CopyOnWriteArrayList<>();
    transport.inbound().subscribe(inbound::add);
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(
                routes -> {
                  routes.get(
                      "/health", (request, response) -> response.sendString(Mono.just("well")));
                  transport.routes().accept(routes);
                  routes.get("/{x}", (request, response) -> response.sendString(Mono.just("x")));
                })
            .bind()
            .block(WAIT);
    String url = "http://127.0.0.1:" + server.port();
    try (Member two = Member.start(2)) {
      transport.start().block(WAIT);
      transport.addPeer(two.id(), two.urls());
      two.transport().addPeer(MemberId.of(1), PeerUrls.of(url));
      await()
          .atMost(WAIT)
          .until(
              () ->
                  transport.activePeers() == 1
                      && two.transport().activeSince(MemberId.of(1)).isPresent());
      two.transport().send(Sample.append(2, 1, 1, 100));
      two.transport().send(Sample.snapshot(2, 1, 1));
      await().atMost(WAIT).until(() -> inbound.size() == 2);
      transport.send(Sample.append(1, 2, 1, 100));
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);

      for (Map.Entry<String, String> other :
          Map.of("/health", "well", "/raftish", "x", "/else", "x").entrySet()) {
        try (RawClient client = RawClient.connect(server.port())) {
          client.head("GET", other.getKey(), Map.of("Host", "x"));
          assertThat(client.answer().body()).isEqualTo(other.getValue());
        }
      }
      try (RawClient client = RawClient.connect(server.port())) {
        client.head("GET", "/raft/nothing", Map.of("Host", "x"));
        assertThat(client.answer().status()).isEqualTo(404);
      }
      transport.stop().block(WAIT);
      assertThat(server.isDisposed()).as("the server is the application's").isFalse();
      try (RawClient client = RawClient.connect(server.port())) {
        client.head("GET", "/health", Map.of("Host", "x"));
        assertThat(client.answer().body()).isEqualTo("well");
      }
    } finally {
      transport.stop().block(WAIT);
      server.disposeNow(WAIT);
    }
  }

  // ---- connections

  @Test
  void aConnectionServesManyRequestsAndIsClosedWhenIdle() throws Exception {
    try (Member member =
            Member.start(
                1,
                config -> config.timeouts(times -> times.idleConnection(Duration.ofMillis(500))));
        RawClient client = RawClient.connect(member.port())) {
      for (int i = 0; i < 10; i++) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        assertThat(client.answer().status()).isEqualTo(204);
      }
      long began = System.nanoTime();
      assertThat(client.patience(5_000).isClosed()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
      assertThat(member.inbound()).hasSize(10);
    }
  }

  @Test
  void buffersComeFromTheAllocatorThatIsGiven() throws Exception {
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    try (Member member = Member.start(1, config -> config.allocator(allocator));
        RawClient client = RawClient.connect(member.port())) {
      client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      assertThat(client.answer().status()).isEqualTo(204);
    }
    assertThat(allocator.metric().usedDirectMemory()).isPositive();
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      for (int i = 0; i < 5; i++) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      }
      for (int i = 0; i < 5; i++) {
        assertThat(client.answer().status()).isEqualTo(204);
      }
      assertThat(member.inbound()).hasSize(5);
    }
  }

  @Test
  void whoSaysNothingOrHalfAHeadIsCutOff() throws Exception {
    try (Member member =
            Member.start(
                1, config -> config.timeouts(times -> times.handshake(Duration.ofMillis(300))));
        RawClient silent = RawClient.connect(member.port());
        RawClient half = RawClient.connect(member.port());
        RawClient second = RawClient.connect(member.port())) {
      half.write(
          "POST /raft HTTP/1.1\r\nHost: x\r\n"
              .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      second.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      assertThat(second.answer().status()).isEqualTo(204);
      second.write("POST /raft HT".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      for (RawClient client : List.of(silent, half, second)) {
        assertThat(client.patience(5_000).isClosed()).isTrue();
      }
    }
  }

  @Test
  void anOverlongHeadIsRefused() throws Exception {
    try (Member member =
            Member.start(1, config -> config.limits(limits -> limits.maxHeaderBytes(2000)));
        RawClient client = RawClient.connect(member.port())) {
      Map<String, String> headers = RawClient.peerHeaders(2);
      headers.put("X-Large", "x".repeat(3000));
      client.head("POST", "/raft", headers);
      assertThat(client.answer().status()).isIn(413, 431, 400);
      assertThat(member.inbound()).isEmpty();
    }
  }

  @Test
  void connectionsAreCapped() throws Exception {
    try (Member member =
        Member.start(1, config -> config.limits(limits -> limits.maxConnections(3)))) {
      List<RawClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < 3; i++) {
          RawClient client = RawClient.connect(member.port());
          clients.add(client);
          client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
          assertThat(client.answer().status()).isEqualTo(204);
        }
        try (RawClient refused = RawClient.connect(member.port())) {
          assertThat(refused.patience(5_000).isClosed()).isTrue();
        }
        clients.remove(0).close();
        AtomicBoolean served = new AtomicBoolean();
        await()
            .atMost(WAIT)
            .until(
                () -> {
                  try (RawClient client = RawClient.connect(member.port())) {
                    client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
                    served.set(client.answer().status() == 204);
                  } catch (IOException e) {
                    served.set(false);
                  }
                  return served.get();
                });
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }

  // ---- lifecycle

  @Test
  void startingAndStoppingTwiceIsOnce() {
    Member member = Member.create(1, config -> config);
    Mono<Void> start = member.transport().start();
    start.block(WAIT);
    start.block(WAIT);
    member.transport().start().block(WAIT);
    member.transport().stop().block(WAIT);
    member.transport().stop().block(WAIT);
    // Started is what it was; there is no second start of a stopped transport.
    assertThat(member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1)))
        .isEqualTo(SendOutcome.STOPPED);
  }

  @Test
  void stoppingBeforeStartingIsForGood() {
    Member member = Member.create(1, config -> config);
    assertThat(member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1)))
        .isEqualTo(SendOutcome.STOPPED);
    member.transport().addPeer(MemberId.of(2), PeerUrls.of("http://127.0.0.1:1"));
    member.transport().stop().block(WAIT);
    StepVerifier.create(member.transport().start())
        .expectError(TransportStoppedException.class)
        .verify(WAIT);
  }

  @Test
  void stoppingCompletesFluxesAndRefusesWhatFollows() {
    Member member = Member.create(1, config -> config).started();
    member.transport().addPeer(MemberId.of(2), PeerUrls.of("http://127.0.0.1:1"));
    List<String> completed = new CopyOnWriteArrayList<>();
    member.transport().inbound().doOnComplete(() -> completed.add("inbound")).subscribe();
    member.transport().proposals().doOnComplete(() -> completed.add("proposals")).subscribe();
    member.transport().events().doOnComplete(() -> completed.add("events")).subscribe();
    Mono<Void> endless =
        member.transport().peer(MemberId.of(2)).send(reactor.core.publisher.Flux.never());
    List<Throwable> ended = new CopyOnWriteArrayList<>();
    endless.subscribe(ignored -> {}, ended::add);

    member.transport().stop().block(WAIT);

    await()
        .atMost(WAIT)
        .until(() -> completed.containsAll(List.of("inbound", "proposals", "events")));
    await().atMost(WAIT).until(() -> ended.size() == 1);
    assertThat(ended.get(0)).isInstanceOf(TransportStoppedException.class);
    assertThat(member.transport().addPeer(MemberId.of(3), PeerUrls.of("http://127.0.0.1:1")))
        .isFalse();
    assertThat(member.transport().peers()).isEmpty();
    StepVerifier.create(member.transport().inbound()).expectComplete().verify(WAIT);
  }

  @Test
  void stoppingLeavesNoThread() {
    Member member = Member.start(0xabcd);
    assertThat(threads("raftwire-abcd")).isNotEmpty();
    member.close();
    await().atMost(WAIT).until(() -> threads("raftwire-abcd").isEmpty());
  }

  @Test
  void givenEventLoopsStayTheCallers() {
    LoopResources loops = LoopResources.create("given-loops", 1, true);
    try {
      for (int i = 0; i < 2; i++) {
        try (Member one = Member.start(1, config -> config.loopResources(loops));
            Member two = Member.start(2, config -> config.loopResources(loops))) {
          one.know(two);
          two.know(one);
          await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
        }
        assertThat(loops.isDisposed()).isFalse();
      }
    } finally {
      loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block(WAIT);
    }
  }

  @Test
  void stoppingTellsPeersAtOnce() {
    try (Member one = Member.start(1)) {
      Member two = Member.start(2);
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      long began = System.nanoTime();
      two.close();
      await().atMost(WAIT).until(() -> !one.active(two));
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
      await().atMost(WAIT).until(() -> !one.events(TransportEvent.PeerInactive.class).isEmpty());
    }
  }

  private static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }
}
