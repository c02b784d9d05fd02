// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftwire.DropReason;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerUrls;
import io.raftwire.SendOutcome;
import io.raftwire.TransportEvent;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.http.server.testkit.RawServer;
import io.raftwire.http.server.testkit.Recording;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a peer sees of the pipeline, which is made of sockets here. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PipelineSendTest {

  private static final Duration WAIT = Duration.ofSeconds(10);

  @Test
  void aPostHasTheFormOfRafthttp() throws Exception {
    Message message = Sample.message(MessageType.MsgAppResp, 0x8e9e05c52164694dL, 2, 77);
    try (RawServer peer =
            RawServer.start(RawServer.posts((request, reply) -> reply.send(204, "", "")));
        Member member = Member.start(0x8e9e05c52164694dL)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));

      assertThat(member.transport().send(message)).isEqualTo(SendOutcome.QUEUED);

      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 1);
      RawServer.Request request = peer.requests("/raft").get(0);
      assertThat(request.line()).isEqualTo("POST /raft HTTP/1.1");
      assertThat(request.headers())
          .containsEntry("x-server-from", "8e9e05c52164694d")
          .containsEntry("x-server-version", "3.7.1")
          .containsEntry("x-min-cluster-version", "3.0.0")
          .containsEntry("x-etcd-cluster-id", "1000")
          .containsEntry("x-peerurls", member.url())
          .containsEntry("content-type", "application/protobuf")
          .containsEntry("content-length", Integer.toString(message.getSerializedSize()))
          .containsEntry("host", peer.url().substring("http://".length()))
          .doesNotContainKeys("x-raft-to", "transfer-encoding", "accept-encoding");
      assertThat(Message.parseFrom(request.body())).isEqualTo(message);
      await().atMost(WAIT).until(() -> member.transport().activePeers() == 1);
    }
  }

  @Test
  void aLargeMessageIsOneBodyOfKnownLength() throws Exception {
    Message message = Sample.append(1, 2, 5, 3 << 20);
    try (RawServer peer =
            RawServer.start(RawServer.posts((request, reply) -> reply.send(204, "", "")));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      member.transport().send(message);
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 1);
      RawServer.Request request = peer.requests("/raft").get(0);
      assertThat(request.headers())
          .containsEntry("content-length", Integer.toString(message.getSerializedSize()));
      assertThat(Message.parseFrom(request.body())).isEqualTo(message);
    }
  }

  @Test
  void everyKindOfMessageTakesThePipelineWhileStreamsAreMissing() throws Exception {
    List<MessageType> types =
        List.of(
            MessageType.MsgProp,
            MessageType.MsgApp,
            MessageType.MsgAppResp,
            MessageType.MsgVote,
            MessageType.MsgVoteResp,
            MessageType.MsgSnap,
            MessageType.MsgHeartbeat,
            MessageType.MsgHeartbeatResp,
            MessageType.MsgTransferLeader,
            MessageType.MsgTimeoutNow,
            MessageType.MsgReadIndex,
            MessageType.MsgReadIndexResp,
            MessageType.MsgPreVote,
            MessageType.MsgPreVoteResp);
    try (RawServer peer =
            RawServer.start(RawServer.posts((request, reply) -> reply.send(204, "", "")));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (MessageType type : types) {
        assertThat(member.transport().send(Sample.message(type, 1, 2, 1)).queued()).isTrue();
      }
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == types.size());
      List<MessageType> posted = new ArrayList<>();
      for (RawServer.Request request : peer.requests("/raft")) {
        posted.add(Message.parseFrom(request.body()).getType());
      }
      assertThat(posted).containsExactlyInAnyOrderElementsOf(types);
    }
  }

  @Test
  void fourPostsAreUnderWaySixtyFourWaitAndTheNextIsFull() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch release = new CountDownLatch(1);
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> {
                      most.accumulateAndGet(now.incrementAndGet(), Math::max);
                      release.await();
                      now.decrementAndGet();
                      reply.send(204, "", "");
                    }));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 4; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
      }
      await().atMost(WAIT).until(() -> now.get() == 4);
      for (int i = 5; i <= 68; i++) {
        assertThat(member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i)))
            .as("message %d", i)
            .isEqualTo(SendOutcome.QUEUED);
      }
      assertThat(member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 69)))
          .isEqualTo(SendOutcome.FULL);
      assertThat(member.transport().send(Sample.message(MessageType.MsgSnap, 1, 2, 69)))
          .isEqualTo(SendOutcome.FULL);
      assertThat(member.transport().send(Sample.message(MessageType.MsgVote, 1, 2, 70)))
          .as("a vote gets in")
          .isEqualTo(SendOutcome.QUEUED);
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.PeerUnreachable.class).isEmpty());

      release.countDown();
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 69);
      assertThat(most).hasValue(4);
      List<Long> indexes = new ArrayList<>();
      for (RawServer.Request request : peer.requests("/raft")) {
        indexes.add(Message.parseFrom(request.body()).getIndex());
      }
      assertThat(indexes).doesNotHaveDuplicates().hasSize(69);
      assertThat(member.events(TransportEvent.MessagesDropped.class)).isEmpty();
    }
  }

  @Test
  void aPostedSnapshotIsReportedFinishedOnce() throws Exception {
    try (RawServer peer =
            RawServer.start(RawServer.posts((request, reply) -> reply.send(204, "", "")));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      Message snapshot = Sample.snapshot(1, 2, -2L);
      member.transport().send(snapshot);
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.SnapshotFinished.class).isEmpty());
      settle(member, TransportEvent.SnapshotFinished.class, 1);
      TransportEvent.SnapshotFinished finished =
          member.events(TransportEvent.SnapshotFinished.class).get(0);
      assertThat(finished.index()).isEqualTo(-2L);
      assertThat(finished.bytes()).isEqualTo(snapshot.getSerializedSize());
      assertThat(finished.peer()).isEqualTo(MemberId.of(2));
      assertThat(member.events(TransportEvent.SnapshotFailed.class)).isEmpty();
    }
  }

  @Test
  void aPostedSnapshotThatFailsIsReportedFailedOnce() throws Exception {
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> reply.send(500, "", "error processing raft message\n")));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      member.transport().send(Sample.snapshot(1, 2, 9));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.SnapshotFailed.class).isEmpty());
      settle(member, TransportEvent.SnapshotFailed.class, 1);
      TransportEvent.SnapshotFailed failed =
          member.events(TransportEvent.SnapshotFailed.class).get(0);
      assertThat(failed.index()).isEqualTo(9);
      assertThat(failed.cause().reason()).isEqualTo(Reason.REFUSED);
      assertThat(failed.cause().detail()).isEqualTo("status 500: error processing raft message");
      assertThat(member.events(TransportEvent.SnapshotFinished.class)).isEmpty();
      assertThat(member.events(TransportEvent.MessagesDropped.class))
          .extracting(TransportEvent.MessagesDropped::reason)
          .containsExactly(DropReason.POST_FAILED);
      assertThat(member.events(TransportEvent.PeerUnreachable.class)).isNotEmpty();
      assertThat(peer.requests("/raft")).hasSize(1);
    }
  }

  @Test
  void forbiddenMeansRemoved() throws Exception {
    try (RawServer peer =
            RawServer.start(RawServer.posts((request, reply) -> reply.send(403, "", "removed\n")));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.MemberRemoved.class).isEmpty());
      settle(member, TransportEvent.MemberRemoved.class, 1);
      assertThat(member.events(TransportEvent.MemberRemoved.class).get(0).cause().reason())
          .isEqualTo(Reason.REMOVED);
    }
  }

  @Test
  void refusalsForAnotherClusterOrVersionAreEvents() throws Exception {
    AtomicBoolean version = new AtomicBoolean();
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> {
                      if (version.get()) {
                        reply.send(412, "X-Server-Version: 9.0.0\r\n", "incompatible version\n");
                      } else {
                        reply.send(412, "X-Etcd-Cluster-ID: beef\r\n", "cluster ID mismatch\n");
                      }
                    }));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.ClusterIdMismatch.class).isEmpty());
      assertThat(member.events(TransportEvent.ClusterIdMismatch.class))
          .containsExactly(
              new TransportEvent.ClusterIdMismatch(MemberId.of(2), Member.CLUSTER, "beef"));
      version.set(true);
      member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 2));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.IncompatibleVersion.class).isEmpty());
      assertThat(member.events(TransportEvent.IncompatibleVersion.class).get(0).detail())
          .contains("9.0.0");
    }
  }

  @Test
  void aDeadUrlCostsOneMessageAndTheNextGoesToTheGoodOne() throws Exception {
    try (RawServer peer =
            RawServer.start(RawServer.posts((request, reply) -> reply.send(204, "", "")));
        Member member = Member.create(1, config -> config).takingAll().started()) {
      String dead = Ports.freeUrl();
      // A remote, so that no stream or probe moves the choice of URL on.
      member.transport().addRemote(MemberId.of(2), PeerUrls.of(dead, peer.url()));

      member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.MessagesDropped.class).isEmpty());
      TransportEvent.MessagesDropped dropped =
          member.events(TransportEvent.MessagesDropped.class).get(0);
      assertThat(dropped.reason()).isEqualTo(DropReason.POST_FAILED);
      assertThat(dropped.channel()).isEqualTo(PeerChannel.PIPELINE);
      assertThat(dropped.messages()).isEqualTo(1);
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.PeerUnreachable.class).isEmpty());
      assertThat(member.events(TransportEvent.PeerUnreachable.class).get(0).cause().reason())
          .isEqualTo(Reason.CONNECT);

      for (int i = 2; i <= 5; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
      }
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 4);
      assertThat(member.events(TransportEvent.MessagesDropped.class)).hasSize(1);
    }
  }

  @Test
  void aPostWhoseAnswerIsLostIsNotSentAgain() throws Exception {
    AtomicInteger posts = new AtomicInteger();
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> {
                      int post = posts.incrementAndGet();
                      if (post == 1) {
                        reply.send(204, "", "");
                      } else if (post == 2) {
                        reply.reset();
                      } else {
                        reply.close();
                      }
                    }));
        Member member = Member.start(1)) {
      member.transport().addRemote(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 3; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
        int sent = i;
        await()
            .atMost(WAIT)
            .until(
                () ->
                    peer.requests("/raft").size() >= sent
                        && member.events(TransportEvent.MessagesDropped.class).size() >= sent - 1);
      }
      await()
          .during(Duration.ofMillis(200))
          .atMost(WAIT)
          .until(() -> peer.requests("/raft").size() == 3);
      assertThat(member.events(TransportEvent.MessagesDropped.class)).hasSize(2);
    }
  }

  @Test
  void aConnectionIsKeptForTheNextPostAndOneThatWasClosedCostsNothing() throws Exception {
    Recording recording = new Recording();
    AtomicInteger posts = new AtomicInteger();
    CountDownLatch closed = new CountDownLatch(1);
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> {
                      reply.send(204, "", "");
                      if (posts.incrementAndGet() == 3) {
                        reply.close();
                        closed.countDown();
                      }
                    }));
        Member member = Member.start(1, config -> config.recorder(recording))) {
      member.transport().addRemote(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 4; i++) {
        if (i == 4) {
          assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
          await().during(Duration.ofMillis(100)).until(() -> true);
        }
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
        int sent = i;
        await().atMost(WAIT).until(() -> recording.sent(PeerChannel.PIPELINE) == sent);
      }
      List<Integer> ports = peer.requests("/raft").stream().map(RawServer.Request::port).toList();
      assertThat(ports).hasSize(4);
      assertThat(ports.subList(0, 3)).containsOnly(ports.get(0));
      assertThat(ports.get(3)).isNotEqualTo(ports.get(0));
      assertThat(member.events(TransportEvent.MessagesDropped.class)).isEmpty();
    }
  }

  @Test
  void anAnswerThatIsNotHttpOrHasNoEndFailsThePostOnly() throws Exception {
    Recording recording = new Recording();
    AtomicInteger posts = new AtomicInteger();
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> {
                      switch (posts.incrementAndGet()) {
                        case 1 -> reply.raw("SSH-2.0-nothing\r\n\r\n");
                        case 2 -> {
                          reply.raw("HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n");
                          for (int i = 0; i < 100; i++) {
                            reply.raw("1000\r\n" + "x".repeat(0x1000) + "\r\n");
                          }
                        }
                        case 3 -> reply.raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n");
                        default -> reply.send(204, "", "");
                      }
                    }));
        Member member = Member.start(1, config -> config.recorder(recording))) {
      member.transport().addRemote(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 4; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
        int sent = i;
        await()
            .atMost(WAIT)
            .until(
                () ->
                    recording.sent(PeerChannel.PIPELINE)
                            + member.events(TransportEvent.MessagesDropped.class).size()
                        == sent);
      }
      assertThat(recording.sent(PeerChannel.PIPELINE)).isEqualTo(2);
      assertThat(member.events(TransportEvent.PeerInactive.class))
          .extracting(event -> event.cause().reason())
          .contains(Reason.BROKEN);
    }
  }

  @Test
  void aPeerThatNeverAnswersIsGivenUp() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer peer = RawServer.start((request, reply) -> never.await());
        Member member =
            Member.start(
                1, config -> config.timeouts(times -> times.transfer(Duration.ofMillis(300))))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      long began = System.nanoTime();
      member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.MessagesDropped.class).isEmpty());
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofMillis(290), Duration.ofMillis(2000));
      assertThat(member.events(TransportEvent.PeerUnreachable.class))
          .extracting(event -> event.cause().reason())
          .contains(Reason.WRITE_STALLED);
      never.countDown();
    }
  }

  @Test
  void aPeerThatLivesIsGivenTimeButNotForEver() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    Duration transfer = Duration.ofMillis(150);
    try (RawServer peer =
            RawServer.start(
                (request, reply) -> {
                  if (request.path().equals("/raft")) {
                    never.await();
                  } else if (request.path().equals("/raft/probing")) {
                    reply.send(
                        200, "", "{\"OK\":true,\"Now\":\"" + java.time.Instant.now() + "\"}\n");
                  } else {
                    reply.send(404, "", "no\n");
                  }
                });
        Member member =
            Member.start(
                1,
                config ->
                    config.timeouts(
                        times -> times.transfer(transfer).probeInterval(Duration.ofMillis(40))))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      await().atMost(WAIT).until(() -> !peer.requests("/raft/probing").isEmpty());
      long began = System.nanoTime();
      member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await()
          .atMost(WAIT)
          .until(() -> !member.events(TransportEvent.MessagesDropped.class).isEmpty());
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(transfer.multipliedBy(12).minusMillis(10), transfer.multipliedBy(20));
      never.countDown();
    }
  }

  @Test
  void removingThePeerEndsWhatIsUnderWayAndDropsWhatWaits() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer peer = RawServer.start(RawServer.posts((request, reply) -> never.await()));
        Member member = Member.start(1)) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 10; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
      }
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 4);
      assertThat(member.transport().removePeer(MemberId.of(2))).isTrue();
      await()
          .atMost(WAIT)
          .until(
              () ->
                  member.events(TransportEvent.MessagesDropped.class).stream()
                          .mapToLong(TransportEvent.MessagesDropped::messages)
                          .sum()
                      == 10);
      assertThat(member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 11)))
          .isEqualTo(SendOutcome.UNKNOWN_PEER);
      never.countDown();
    }
  }

  @Test
  void stoppingWaitsForWhatIsUnderWayAndForWhatWaits() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (RawServer peer =
            RawServer.start(
                RawServer.posts(
                    (request, reply) -> {
                      release.await();
                      reply.send(204, "", "");
                    }));
        Member member = Member.start(1, config -> config.timeouts(t -> t.drain(WAIT)))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 10; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
      }
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 4);
      CountDownLatch stopped = new CountDownLatch(1);
      member.transport().stop().doFinally(signal -> stopped.countDown()).subscribe();
      assertThat(stopped.await(200, TimeUnit.MILLISECONDS)).as("stopped early").isFalse();
      release.countDown();
      assertThat(stopped.await(5, TimeUnit.SECONDS)).as("stopped").isTrue();
      assertThat(peer.requests("/raft")).hasSize(10);
      assertThat(member.events(TransportEvent.MessagesDropped.class)).isEmpty();
    }
  }

  @Test
  void stoppingWaitsNoLongerThanToldAndDropsTheRest() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    try (RawServer peer = RawServer.start(RawServer.posts((request, reply) -> never.await()));
        Member member =
            Member.start(1, config -> config.timeouts(t -> t.drain(Duration.ofMillis(300))))) {
      member.transport().addPeer(MemberId.of(2), PeerUrls.of(peer.url()));
      for (int i = 1; i <= 10; i++) {
        member.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
      }
      await().atMost(WAIT).until(() -> peer.requests("/raft").size() == 4);
      long began = System.nanoTime();
      member.transport().stop().block(WAIT);
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isBetween(Duration.ofMillis(300), Duration.ofSeconds(4));
      assertThat(
              member.events(TransportEvent.MessagesDropped.class).stream()
                  .mapToLong(TransportEvent.MessagesDropped::messages)
                  .sum())
          .isEqualTo(10);
      never.countDown();
    }
  }

  private static <T extends TransportEvent> void settle(Member member, Class<T> type, int count) {
    await()
        .during(Duration.ofMillis(150))
        .atMost(WAIT)
        .until(() -> member.events(type).size() == count);
  }
}
