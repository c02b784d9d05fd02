// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.netty.resources.LoopResources;

/** Several peers that never stop sending, and one subscriber that is slower than they are. */
@Timeout(60)
class InboundTurnsTest {

  private static final Duration BOUND = Duration.ofSeconds(15);
  private static final MemberId ME = MemberId.of(1);

  // What a peer sends again and again; no power of two, so that batches end anywhere in it.
  private static final int ROUND = 1000;

  private static final long MESSAGE_NANOS = 5_000;

  /** Messages of one type come by one stream. */
  private record Stream(long peer, MessageType type) {}

  private final LoopResources twoLoops = LoopResources.create("test-loops", 1, 2, true);
  private final List<AutoCloseable> closeables = new ArrayList<>();
  private final Map<String, Long> handedOut = new ConcurrentHashMap<>();
  private final Map<Stream, Long> lastIndex = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> outOfOrder = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : closeables) {
      closeable.close();
    }
    twoLoops.disposeLater(Duration.ZERO, BOUND).block(BOUND);
  }

  @Test
  void eventLoopsHandOutInTurnsAndKeepTheirConnectionsServed() {
    int port = Ports.free();
    RaftHttpTransport transport =
        RaftHttpTransport.create(
            RaftHttpConfig.builder(ME, RaftwirePeer.CLUSTER)
                .listenUrls(PeerUrls.of("http://127.0.0.1:" + port))
                .loopResources(twoLoops)
                .build());
    transport.inbound().subscribe(this::take);
    transport.start().block(BOUND);
    closeables.add(() -> transport.stop().block(BOUND));

    for (MemberId peer : List.of(MemberId.of(2), MemberId.of(3))) {
      transport.addPeer(peer, PeerUrls.of(endless(peer).url()));
    }
    Await.until("something of each stream", () -> lastIndex.size() == 4);
    Await.until("each event loop hands out", () -> handedOut.size() == 2);
    Map<String, Long> before = Map.copyOf(handedOut);
    for (int i = 0; i < 8; i++) {
      RawHttp http = RawHttp.connect(port);
      closeables.add(0, http);
      assertThat(http.send("GET /raft/probing HTTP/1.1\r\nHost: me\r\n\r\n").head().status())
          .isEqualTo(200);
    }
    Await.until(
        "each event loop hands out yet",
        () ->
            before.entrySet().stream()
                .allMatch(thread -> handedOut.get(thread.getKey()) > thread.getValue()));
    assertThat(outOfOrder).isEmpty();
  }

  /** Never called by two threads at once. */
  private void take(Message message) {
    Stream stream = new Stream(message.getFrom(), message.getType());
    long index = message.getIndex();
    Long last = lastIndex.put(stream, index);
    if (last != null && index != last % ROUND + 1) {
      outOfOrder.add(stream + ": " + index + " after " + last);
    }
    handedOut.merge(Thread.currentThread().getName(), 1L, Long::sum);
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < MESSAGE_NANOS) {
      // It has work to do. BlockHound would take onSpinWait for waiting.
    }
  }

  private RawServer endless(MemberId peer) {
    RawServer.Script message =
        endless(index -> Frames.message(TestMessages.numbered(peer, ME, index)));
    RawServer.Script msgApp =
        endless(index -> Frames.whole(TestMessages.append(peer, ME, 1, index, ByteString.EMPTY)));
    RawServer server =
        new RawServer(
            request ->
                request.path().startsWith("/raft/stream/message/")
                    ? message
                    : request.path().startsWith("/raft/stream/msgapp/") ? msgApp : null);
    closeables.add(0, server);
    return server;
  }

  private static RawServer.Script endless(LongFunction<byte[]> frame) {
    byte[] round =
        Frames.join(LongStream.rangeClosed(1, ROUND).mapToObj(frame).toArray(byte[][]::new));
    return (connection, request) -> {
      connection.send(RawServer.accepted());
      while (true) {
        connection.sendChunk(round);
      }
    };
  }
}
