// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.raftwire.Delivery;
import io.raftwire.MemberId;
import io.raftwire.MemberRemovedException;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.RawClient;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.ByteArrayOutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

/** What the pipeline answers, to a peer made of a socket. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PipelineReceiveTest {

  private static final Duration WAIT = Duration.ofSeconds(10);
  private static final byte[] GOOD = Sample.message(MessageType.MsgAppResp, 2, 1, 5).toByteArray();

  @Test
  void aMessageThatWasTakenIsAnswered204() throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.headers())
          .containsEntry("x-etcd-cluster-id", "1000")
          .doesNotContainKeys("transfer-encoding", "content-length");
      assertThat(member.inbound()).containsExactly(Message.parseFrom(GOOD));

      // The connection goes on, as Go's does.
      client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      assertThat(client.answer().status()).isEqualTo(204);
      assertThat(member.inbound()).hasSize(2);
    }
  }

  @Test
  void aChunkedMessageIsTakenToo() throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      Map<String, String> headers = RawClient.peerHeaders(2);
      headers.put("Transfer-Encoding", "chunked");
      client.head("POST", "/raft", headers);
      for (byte b : GOOD) {
        client.chunk(b);
      }
      client.lastChunk();
      assertThat(client.answer().status()).isEqualTo(204);
      assertThat(member.inbound()).containsExactly(Message.parseFrom(GOOD));
    }
  }

  @Test
  void aBodyThatComesAfterItsHeadIsTakenToo() throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      Map<String, String> headers = RawClient.peerHeaders(2);
      headers.put("Content-Length", Integer.toString(GOOD.length));
      headers.put("Expect", "100-continue");
      for (int i = 1; i <= 5; i += 2) {
        client.head("POST", "/raft", headers);
        assertThat(client.answer().status()).isEqualTo(100);
        client.write(GOOD);
        assertThat(client.answer().status()).isEqualTo(204);
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        assertThat(client.answer().status()).isEqualTo(204);
        assertThat(member.inbound()).hasSize(i + 1);
      }
    }
  }

  @Test
  void whatComesAtOnceIsAnsweredInOrder() throws Exception {
    Demanding subscriber = new Demanding();
    try (Member member = Member.create(1, config -> config).started();
        RawClient client = RawClient.connect(member.port())) {
      member.transport().inbound().subscribe(subscriber);
      Map<String, String> headers = RawClient.peerHeaders(2);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      for (int i = 0; i < 3; i++) {
        all.write(RawClient.requestBytes("POST", "/raft", headers, GOOD));
        all.write(RawClient.requestBytes("GET", "/raft/probing", headers, new byte[0]));
        all.write(RawClient.requestBytes("POST", "/raft", headers, GOOD));
        all.write(RawClient.requestBytes("POST", "/raft", headers, GOOD));
      }
      subscriber.request(1);
      client.write(all.toByteArray());
      for (int i = 0; i < 3; i++) {
        assertThat(client.answer().status()).isEqualTo(204);
        assertThat(client.answer().status()).isEqualTo(200);
        assertThat(subscriber.messages).hasSize(1 + 3 * i);
        subscriber.request(1);
        assertThat(client.answer().status()).isEqualTo(204);
        subscriber.request(2);
        assertThat(client.answer().status()).isEqualTo(204);
      }
      await().atMost(WAIT).until(() -> subscriber.messages.size() == 9);
      client.request("POST", "/raft", headers, "no message".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void withoutDemandThePostWaitsAndNothingIsLost() throws Exception {
    Demanding subscriber = new Demanding();
    try (Member member = Member.create(1, config -> config).started();
        RawClient client = RawClient.connect(member.port())) {
      member.transport().inbound().subscribe(subscriber);
      client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      client.patience(300);
      assertThatThrownBy(client::answer).isInstanceOf(SocketTimeoutException.class);
      assertThat(subscriber.messages).isEmpty();
      client.patience(10_000);
      subscriber.request(1);
      assertThat(client.answer().status()).isEqualTo(204);
      assertThat(subscriber.messages).containsExactly(Message.parseFrom(GOOD));
    }
  }

  @Test
  void withoutASubscriberThePostWaitsForOne() throws Exception {
    try (Member member = Member.create(1, config -> config).started();
        RawClient client = RawClient.connect(member.port())) {
      client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
      client.patience(200);
      assertThatThrownBy(client::answer).isInstanceOf(SocketTimeoutException.class);
      client.patience(10_000);
      member.takingAll();
      assertThat(client.answer().status()).isEqualTo(204);
    }
  }

  @Test
  void aDeliveryIsAnsweredAsItIsDecided() throws Exception {
    List<Delivery> deliveries = new CopyOnWriteArrayList<>();
    try (Member member = Member.create(1, config -> config).started()) {
      member.transport().inboundDeliveries().subscribe(deliveries::add);
      try (RawClient client = RawClient.connect(member.port())) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        await().atMost(WAIT).until(() -> deliveries.size() == 1);
        client.patience(200);
        assertThatThrownBy(client::answer).isInstanceOf(SocketTimeoutException.class);
        client.patience(10_000);
        deliveries.get(0).acknowledge();
        deliveries.get(0).fail(new IllegalStateException("too late"));
        assertThat(client.answer().status()).isEqualTo(204);
      }
      try (RawClient client = RawClient.connect(member.port())) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        await().atMost(WAIT).until(() -> deliveries.size() == 2);
        deliveries.get(1).fail(new IllegalStateException("secret"));
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).isEqualTo("error processing raft message\n");
        assertThat(answer.headers()).containsEntry("x-etcd-cluster-id", "1000");
      }
      try (RawClient client = RawClient.connect(member.port())) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        await().atMost(WAIT).until(() -> deliveries.size() == 3);
        deliveries.get(2).fail(new MemberRemovedException(MemberId.of(2)));
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).isEqualTo("member 2 has been removed from the cluster\n");
      }
    }
  }

  @Test
  void aProposalThatIsPostedHasItsOwnWay() throws Exception {
    byte[] proposal = Sample.message(MessageType.MsgProp, 2, 1, 0).toByteArray();
    try (Member member =
            Member.create(1, config -> config.limits(limits -> limits.proposalQueueMessages(1)))
                .started();
        RawClient held = RawClient.connect(member.port());
        RawClient refused = RawClient.connect(member.port())) {
      member.transport().inbound().subscribe();
      held.request("POST", "/raft", RawClient.peerHeaders(2), proposal);
      held.patience(200);
      assertThatThrownBy(held::answer).isInstanceOf(SocketTimeoutException.class);
      held.patience(10_000);
      refused.request("POST", "/raft", RawClient.peerHeaders(2), proposal);
      assertThat(refused.answer().status()).isEqualTo(500);
      Demanding subscriber = new Demanding();
      member.transport().proposals().subscribe(subscriber);
      subscriber.request(1);
      assertThat(held.answer().status()).isEqualTo(204);
      assertThat(subscriber.messages).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE", "HEAD", "PATCH"})
  void aWrongMethodIsRefused(String method) throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      client.head(method, "/raft", RawClient.peerHeaders(2));
      if (method.equals("HEAD")) {
        assertThat(client.read()).isEqualTo('H');
        return;
      }
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.headers()).containsEntry("allow", "POST");
      assertThat(answer.body()).isEqualTo("Method Not Allowed\n");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "X-Etcd-Cluster-ID, 1001, cluster ID mismatch",
    "X-Etcd-Cluster-ID, '', cluster ID mismatch",
    "X-Etcd-Cluster-ID, , cluster ID mismatch",
    "X-Server-Version, 2.3.8, incompatible version",
    "X-Server-Version, , incompatible version",
    "X-Min-Cluster-Version, 3.8.0, incompatible version",
    "X-Min-Cluster-Version, 4.0.0, incompatible version"
  })
  void aStrangerIsRefused(String header, String value, String text) throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      Map<String, String> headers = RawClient.peerHeaders(2);
      if (value == null) {
        headers.remove(header);
      } else {
        headers.put(header, value);
      }
      client.request("POST", "/raft", headers, GOOD);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(412);
      assertThat(answer.body()).isEqualTo(text + "\n");
      assertThat(answer.headers()).containsEntry("x-etcd-cluster-id", "1000");
      assertThat(member.inbound()).isEmpty();
    }
  }

  @Test
  void versionsThatFitAreTaken() throws Exception {
    try (Member member = Member.start(1)) {
      for (String version : List.of("3.0.0", "3.4.35", "3.8.0-alpha.0", "4.0.0")) {
        try (RawClient client = RawClient.connect(member.port())) {
          Map<String, String> headers = RawClient.peerHeaders(2);
          headers.put("X-Server-Version", version);
          headers.put("X-Min-Cluster-Version", "3.7.0");
          client.request("POST", "/raft", headers, GOOD);
          assertThat(client.answer().status()).as(version).isEqualTo(204);
        }
      }
    }
  }

  @Test
  void aBodyThatIsNoMessageIsRefused() throws Exception {
    try (Member member = Member.start(1)) {
      byte[] cut = java.util.Arrays.copyOf(GOOD, GOOD.length - 1);
      for (byte[] bad : List.of(new byte[0], new byte[] {(byte) 0xff}, new byte[100], cut)) {
        try (RawClient client = RawClient.connect(member.port())) {
          client.request("POST", "/raft", RawClient.peerHeaders(2), bad);
          RawClient.Answer answer = client.answer();
          assertThat(answer.status()).isEqualTo(400);
          assertThat(answer.body()).isEqualTo("error unmarshalling raft message\n");
        }
      }
      assertThat(member.inbound()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "2, 3", "0, 1", "2, 0", "-1, 1"})
  void aMessageFromOrToAnotherIsRefused(long from, long to) throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      byte[] body = Sample.message(MessageType.MsgAppResp, from, to, 5).toByteArray();
      client.request("POST", "/raft", RawClient.peerHeaders(2), body);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("raft message refused: wrong-address\n");
      assertThat(member.inbound()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "MsgHup",
        "MsgBeat",
        "MsgUnreachable",
        "MsgSnapStatus",
        "MsgCheckQuorum",
        "MsgStorageAppend",
        "MsgStorageAppendResp",
        "MsgStorageApply",
        "MsgStorageApplyResp"
      })
  void aTypeThatIsLocalIsRefused(MessageType type) throws Exception {
    try (Member member = Member.start(1);
        RawClient client = RawClient.connect(member.port())) {
      byte[] body = Sample.message(type, 2, 1, 5).toByteArray();
      client.request("POST", "/raft", RawClient.peerHeaders(2), body);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("raft message refused: local-type\n");
      assertThat(member.inbound()).isEmpty();
    }
  }

  @Test
  void anOverlongMessageIsRefusedBeforeItIsRead() throws Exception {
    try (Member member =
        Member.start(1, config -> config.limits(limits -> limits.maxMessageBytes(1000)))) {
      try (RawClient client = RawClient.connect(member.port())) {
        Map<String, String> headers = RawClient.peerHeaders(2);
        headers.put("Content-Length", "1001");
        client.head("POST", "/raft", headers);
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.body()).isEqualTo("raft message over 1000 bytes\n");
      }
      try (RawClient client = RawClient.connect(member.port())) {
        Map<String, String> headers = RawClient.peerHeaders(2);
        headers.put("Transfer-Encoding", "chunked");
        client.head("POST", "/raft", headers).chunk(new byte[600]).chunk(new byte[600]);
        assertThat(client.answer().status()).isEqualTo(413);
      }
      try (RawClient client = RawClient.connect(member.port())) {
        Map<String, String> headers = RawClient.peerHeaders(2);
        headers.put("Content-Length", "99999999999");
        client.head("POST", "/raft", headers);
        client.write(new byte[2000]);
        assertThat(client.answer().status()).isEqualTo(413);
      }
      byte[] fits = new byte[0];
      int size = 900;
      while (fits.length < 1000) {
        fits = Sample.append(2, 1, 5, size++).toByteArray();
      }
      assertThat(fits).hasSize(1000);
      try (RawClient client = RawClient.connect(member.port())) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), fits);
        assertThat(client.answer().status()).isEqualTo(204);
      }
      assertThat(member.inbound()).hasSize(1);
    }
  }

  @Test
  void aBodyThatBreaksOffIsNotDelivered() throws Exception {
    try (Member member = Member.start(1)) {
      for (int i = 0; i < 3; i++) {
        try (RawClient client = RawClient.connect(member.port())) {
          Map<String, String> headers = RawClient.peerHeaders(2);
          headers.put("Content-Length", Integer.toString(GOOD.length + 1));
          client.head("POST", "/raft", headers).write(GOOD);
          if (i == 0) {
            client.reset();
          } else if (i == 1) {
            client.end();
            client.patience(5_000);
            assertThat(client.read()).isIn(-1, (int) 'H');
          }
        }
      }
      try (RawClient client = RawClient.connect(member.port())) {
        client.request("POST", "/raft", RawClient.peerHeaders(2), GOOD);
        assertThat(client.answer().status()).isEqualTo(204);
      }
      assertThat(member.inbound()).hasSize(1);
    }
  }

  @Test
  void aBodyThatDoesNotComeIsGivenUp() throws Exception {
    try (Member member =
            Member.start(
                1, config -> config.timeouts(times -> times.transfer(Duration.ofMillis(300))));
        RawClient client = RawClient.connect(member.port())) {
      Map<String, String> headers = RawClient.peerHeaders(2);
      headers.put("Content-Length", Integer.toString(GOOD.length + 1));
      client.head("POST", "/raft", headers).write(GOOD);
      long began = System.nanoTime();
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("error reading raft message\n");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(3));
      assertThat(client.isClosed()).isTrue();
    }
  }

  @Test
  void otherPathsAreNotFound() throws Exception {
    try (Member member = Member.start(1)) {
      for (String path : List.of("/", "/raft/", "/raft/x", "/raftx", "/raft/probing/x")) {
        try (RawClient client = RawClient.connect(member.port())) {
          client.request("POST", path, RawClient.peerHeaders(2), GOOD);
          assertThat(client.answer().status()).as(path).isEqualTo(404);
        }
      }
    }
  }

  private static final class Demanding extends BaseSubscriber<Message> {

    private final List<Message> messages = new CopyOnWriteArrayList<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      // Requests nothing by itself.
    }

    @Override
    protected void hookOnNext(Message message) {
      messages.add(message);
    }
  }
}
