// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.raftwire.DirectorySnapshotStore;
import io.raftwire.SnapshotStore;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.RawClient;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a receiver makes of bodies from a sender that is made of a socket. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SnapshotReceiveTest {

  private static final Duration WAIT = Duration.ofSeconds(15);
  private static final Message SNAPSHOT = Sample.snapshot(2, 1, 7);
  private static final byte[] HEAD = head(SNAPSHOT);
  private static final byte[] DATABASE = new byte[300_000];

  static {
    new Random(5).nextBytes(DATABASE);
  }

  @TempDir Path directory;

  private DirectorySnapshotStore store;
  private Member member;

  @BeforeEach
  void start() throws IOException {
    store = DirectorySnapshotStore.open(directory);
    member =
        Member.start(
            1,
            config ->
                config
                    .snapshotStore(store)
                    .limits(limits -> limits.maxSnapshotHeadBytes(1 << 20))
                    .timeouts(times -> times.transfer(Duration.ofMillis(500))));
  }

  @AfterEach
  void stop() {
    member.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWholeBodyIsSavedThenDeliveredThenAnswered(boolean chunked) throws Exception {
    try (RawClient client = RawClient.connect(member.port())) {
      send(client, chunked, concat(HEAD, DATABASE), HEAD.length + DATABASE.length, true);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.headers()).containsEntry("x-etcd-cluster-id", "1000");
      assertThat(Files.readAllBytes(store.file(7))).isEqualTo(DATABASE);
      assertThat(member.inbound()).containsExactly(SNAPSHOT);
    }
  }

  /** Two on one connection, the head of each in a read of its own or with what follows. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBodyWithItsLengthLiesInMemoryAsInAFile(boolean headAlone) throws Exception {
    byte[] database = new byte[5_000_001];
    new Random(5).nextBytes(database);
    AtomicLong position = new AtomicLong();
    AtomicLong lyingSo = new AtomicLong();
    AtomicLong begun = new AtomicLong();
    SnapshotStore noting =
        (snapshot, body) -> {
          begun.incrementAndGet();
          return store.save(
              snapshot,
              body.doOnNext(
                  bytes -> {
                    long at = position.getAndAdd(bytes.readableBytes());
                    if ((bytes.memoryAddress() + bytes.readerIndex() - at) % 4096 == 0) {
                      lyingSo.addAndGet(bytes.readableBytes());
                    }
                  }));
        };
    try (Member receiver = Member.start(1, config -> config.snapshotStore(noting));
        RawClient client = RawClient.connect(receiver.port())) {
      for (int i = 1; i <= 2; i++) {
        position.set(0);
        lyingSo.set(0);
        byte[] first = headAlone ? HEAD : concat(HEAD, Arrays.copyOf(database, 100));
        send(client, false, first, HEAD.length + database.length, false);
        int began = i;
        await().atMost(WAIT).until(() -> begun.get() == began);
        client.write(Arrays.copyOfRange(database, first.length - HEAD.length, database.length));
        assertThat(client.answer().status()).isEqualTo(204);
        assertThat(Files.readAllBytes(store.file(7))).isEqualTo(database);
        assertThat(lyingSo).hasValueGreaterThanOrEqualTo(database.length - 100);
      }
      assertThat(receiver.inbound()).containsExactly(SNAPSHOT, SNAPSHOT);
    }
  }

  @Test
  void everySplitOfTheHeadIsRead() throws Exception {
    byte[] database = Arrays.copyOf(DATABASE, 10);
    byte[] whole = concat(HEAD, database);
    for (int split = 0; split <= whole.length; split++) {
      try (RawClient client = RawClient.connect(member.port())) {
        client.head("POST", "/raft/snapshot", chunkedHeaders());
        if (split > 0) {
          client.chunk(Arrays.copyOf(whole, split));
        }
        if (split < whole.length) {
          client.chunk(Arrays.copyOfRange(whole, split, whole.length));
        }
        client.lastChunk();
        assertThat(client.answer().status()).as("split at %d", split).isEqualTo(204);
        assertThat(Files.readAllBytes(store.file(7))).isEqualTo(database);
        Files.delete(store.file(7));
      }
    }
    assertThat(member.inbound()).hasSize(whole.length + 1);
  }

  @Test
  void aBodyOneByteAtATimeIsRead() throws Exception {
    byte[] whole = concat(HEAD, Arrays.copyOf(DATABASE, 50));
    try (RawClient client = RawClient.connect(member.port())) {
      client.head("POST", "/raft/snapshot", chunkedHeaders());
      for (byte b : whole) {
        client.chunk(b);
      }
      client.lastChunk();
      assertThat(client.answer().status()).isEqualTo(204);
      assertThat(Files.size(store.file(7))).isEqualTo(50);
    }
  }

  /** How many bytes come before the connection ends: 0 is right after the request's head. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 20, -1, -2, 200_000, 299_999})
  void aConnectionThatEndsEarlyLeavesNothing(int place) throws Exception {
    int bytes = place == -1 ? HEAD.length : place == -2 ? HEAD.length + 1 : place;
    byte[] part = Arrays.copyOf(concat(HEAD, DATABASE), bytes);
    for (boolean chunked : new boolean[] {false, true}) {
      for (String way : List.of("reset", "close", "half-close")) {
        try (RawClient client = RawClient.connect(member.port())) {
          send(client, chunked, part, HEAD.length + DATABASE.length, false);
          if (way.equals("reset")) {
            client.reset();
          } else if (way.equals("half-close")) {
            client.end();
          }
        }
      }
    }
    nothingLeft();
    stillWell();
  }

  /** An HTTP body that is whole but ends within the head. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "7, false", "8, false", "15, false", "8, true", "0, true"})
  void aBodyThatEndsInItsHeadIsAnswered400(int bytes, boolean chunked) throws Exception {
    try (RawClient client = RawClient.connect(member.port())) {
      send(client, chunked, Arrays.copyOf(HEAD, bytes), bytes, true);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).startsWith("failed to decode raft message").endsWith("\n");
    }
    nothingLeft();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aHeadOverItsLimitIsAnswered400BeforeItIsRead(boolean chunked) throws Exception {
    for (long length : new long[] {(1 << 20) + 1, 64L << 20, Long.MAX_VALUE, -1L}) {
      byte[] start = ByteBuffer.allocate(8 + 10).putLong(length).array();
      try (RawClient client = RawClient.connect(member.port())) {
        send(client, chunked, start, Integer.MAX_VALUE, false);
        RawClient.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body())
            .contains(Long.toUnsignedString(length))
            .contains("at most 1048576");
      }
    }
    nothingLeft();
  }

  @Test
  void aHeadThatIsNoMessageIsAnswered400() throws Exception {
    byte[] garbage = ByteBuffer.allocate(28).putLong(20).putLong(-1).putLong(-1).array();
    for (byte[] head : List.of(garbage, ByteBuffer.allocate(8).putLong(0).array())) {
      try (RawClient client = RawClient.connect(member.port())) {
        byte[] body = concat(head, Arrays.copyOf(DATABASE, 10));
        send(client, false, body, body.length, true);
        assertThat(client.answer().status()).isEqualTo(400);
      }
    }
    nothingLeft();
  }

  @Test
  void aMessageThatIsNoSnapshotIsAnswered400() throws Exception {
    byte[] body =
        concat(head(Sample.message(MessageType.MsgApp, 2, 1, 3)), Arrays.copyOf(DATABASE, 10));
    try (RawClient client = RawClient.connect(member.port())) {
      send(client, false, body, body.length, true);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("wrong raft message type\n");
    }
    nothingLeft();
  }

  @ParameterizedTest
  @CsvSource({"3, 1", "2, 3", "2, 0"})
  void aSnapshotFromOrToAnotherIsAnswered400(long from, long to) throws Exception {
    byte[] body = concat(head(Sample.snapshot(from, to, 7)), Arrays.copyOf(DATABASE, 10));
    try (RawClient client = RawClient.connect(member.port())) {
      send(client, false, body, body.length, true);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).isEqualTo("raft message refused: wrong-address\n");
    }
    nothingLeft();
  }

  @ParameterizedTest
  @CsvSource({
    "X-Etcd-Cluster-ID, 1001, cluster ID mismatch",
    "X-Server-Version, 2.3.8, incompatible version",
    "X-Min-Cluster-Version, 3.8.0, incompatible version"
  })
  void aStrangerIsRefused(String header, String value, String text) throws Exception {
    try (RawClient client = RawClient.connect(member.port())) {
      Map<String, String> headers = RawClient.peerHeaders(2);
      headers.put(header, value);
      client.request("POST", "/raft/snapshot", headers, HEAD);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(412);
      assertThat(answer.body()).isEqualTo(text + "\n");
    }
    nothingLeft();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PUT", "DELETE"})
  void aWrongMethodIsRefused(String method) throws Exception {
    try (RawClient client = RawClient.connect(member.port())) {
      client.head(method, "/raft/snapshot", RawClient.peerHeaders(2));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(405);
      assertThat(answer.headers()).containsEntry("allow", "POST");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 12, -1, 100_000})
  void aBodyThatStopsComingIsGivenUp(int place) throws Exception {
    int bytes = place == -1 ? HEAD.length : place;
    try (RawClient client = RawClient.connect(member.port())) {
      byte[] part = Arrays.copyOf(concat(HEAD, DATABASE), bytes);
      send(client, false, part, HEAD.length + DATABASE.length, false);
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(500);
      assertThat(answer.body()).contains("nothing of the body arrived for 500 ms");
    }
    nothingLeft();
  }

  @Test
  void aSlowBodyThatKeepsMovingIsNotGivenUp() throws Exception {
    try (RawClient client = RawClient.connect(member.port())) {
      byte[] whole = concat(HEAD, Arrays.copyOf(DATABASE, 12));
      client.head("POST", "/raft/snapshot", chunkedHeaders());
      client.chunk(HEAD);
      java.util.concurrent.atomic.AtomicInteger at =
          new java.util.concurrent.atomic.AtomicInteger(HEAD.length);
      // 12 bytes, one each 120 ms: almost thrice the deadline in all.
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(120))
          .atMost(WAIT)
          .until(
              () -> {
                client.chunk(whole[at.getAndIncrement()]);
                return at.get() == whole.length;
              });
      client.lastChunk();
      assertThat(client.answer().status()).isEqualTo(204);
      assertThat(Files.size(store.file(7))).isEqualTo(12);
    }
  }

  // ---- helpers

  private void nothingLeft() {
    await().atMost(WAIT).until(() -> Bodies.files(directory) == 0);
    assertThat(member.inbound()).isEmpty();
  }

  /** No transfer of before is counted any more: the cap is 4, and 5 go through. */
  private void stillWell() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (RawClient client = RawClient.connect(member.port())) {
        send(client, false, HEAD, HEAD.length, true);
        assertThat(client.answer().status()).isEqualTo(204);
      }
    }
  }

  private static void send(
      RawClient client, boolean chunked, byte[] bytes, long announced, boolean whole)
      throws IOException {
    if (chunked) {
      client.head("POST", "/raft/snapshot", chunkedHeaders());
      for (int at = 0; at < bytes.length; at += 8192) {
        client.chunk(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + 8192)));
      }
      if (whole) {
        client.lastChunk();
      }
    } else {
      Map<String, String> headers = RawClient.peerHeaders(2);
      headers.put("Content-Type", "application/octet-stream");
      headers.put("Content-Length", Long.toString(announced));
      client.head("POST", "/raft/snapshot", headers).write(bytes);
    }
  }

  private static Map<String, String> chunkedHeaders() {
    Map<String, String> headers = RawClient.peerHeaders(2);
    headers.put("Content-Type", "application/octet-stream");
    headers.put("Transfer-Encoding", "chunked");
    return headers;
  }

  private static byte[] head(Message message) {
    byte[] bytes = message.toByteArray();
    return ByteBuffer.allocate(8 + bytes.length).putLong(bytes.length).put(bytes).array();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }
}
