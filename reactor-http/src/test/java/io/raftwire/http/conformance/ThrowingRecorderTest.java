// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A recorder that throws at everything it is told costs nothing but figures. */
@Timeout(60)
class ThrowingRecorderTest {

  private static final int MESSAGES = 2000;

  @TempDir private Path directory;

  private final Set<String> thrown = ConcurrentHashMap.newKeySet();

  @Test
  void everythingGoesOn() throws Exception {
    TestRecorder ofOne = new TestRecorder();
    TestRecorder ofOther = new TestRecorder();
    try (RaftwirePeer one = peer(0xd1, ofOne);
        RaftwirePeer other = peer(0xd2, ofOther)) {
      one.addPeer(other.id(), other.url());
      other.addPeer(one.id(), one.url());
      one.start();
      other.start();
      Await.until("streams", () -> ofOne.peer(other.id()).connected());
      Await.until("streams", () -> ofOther.peer(one.id()).connected());

      for (int i = 1; i <= MESSAGES; i++) {
        assertThat(one.send(TestMessages.numbered(one.id(), other.id(), i))).isTrue();
        assertThat(one.send(TestMessages.append(one.id(), other.id(), 1, i, ByteString.EMPTY)))
            .isTrue();
      }
      Await.until("all messages", () -> other.receivedCount() == 2 * MESSAGES);
      for (PeerChannel channel : List.of(PeerChannel.MESSAGE, PeerChannel.MSGAPP)) {
        PeerRecorder.Lane lane = ofOne.peer(other.id()).lanes.get(channel);
        Await.until("an empty lane", () -> lane.messages() == 0 && lane.bytes() == 0);
      }

      String digest =
          one.sendSnapshot(
                  TestMessages.message(MessageType.MsgSnap, one.id(), other.id())
                      .setTerm(1)
                      .setSnapshot(
                          Snapshot.newBuilder()
                              .setMetadata(SnapshotMetadata.newBuilder().setIndex(7).setTerm(1)))
                      .build(),
                  100_000,
                  false)
              .get(20, TimeUnit.SECONDS);
      Await.until("the snapshot", () -> !other.saved().isEmpty());
      assertThat(other.saved()).extracting(TestPeer.Saved::sha256).containsExactly(digest);
      Await.until(
          "probes", () -> ofOne.peer(other.id()).probed.get(PeerChannel.PIPELINE).get() > 1);

      other.stop();
      assertThat(one.send(TestMessages.numbered(one.id(), other.id(), 0))).isTrue();
      Await.until("the other's end", () -> !one.active(other.id()));
      one.removePeer(other.id());
    }
    assertThat(thrown)
        .contains("sent", "received", "queued", "streamOpened", "streamClosed", "active", "close")
        .contains("snapshotStarted", "snapshotProgress", "snapshotEnded", "request", "probed");
  }

  private RaftwirePeer peer(long id, TestRecorder records) {
    return new RaftwirePeer(
        new TestPeer.Spec(
            MemberId.of(id), Ports.free(), directory, RaftwirePeer.CLUSTER, null, null),
        config -> config.recorder(throwing(TransportRecorder.class, records)));
  }

  /** Hands on what it is told, then throws; but for those recorders that it is asked for. */
  private <T> T throwing(Class<T> type, T recorder) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getDeclaringClass() == Object.class) {
                return method.invoke(recorder, arguments);
              }
              Object result = method.invoke(recorder, arguments);
              if (result instanceof PeerRecorder peer) {
                return throwing(PeerRecorder.class, peer);
              }
              thrown.add(method.getName());
              throw new IllegalStateException("thrown by the recorder's " + method.getName());
            }));
  }
}
