// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import io.raftwire.raftpb.Snapshot;
import io.raftwire.raftpb.SnapshotMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DirectorySnapshotStoreTest {

  private static final Duration WAIT = Duration.ofSeconds(10);

  @TempDir Path directory;

  private final List<ByteBuf> handedOut = new ArrayList<>();
  private DirectorySnapshotStore store;

  @BeforeEach
  void open() throws IOException {
    store = DirectorySnapshotStore.open(directory);
  }

  @AfterEach
  void everyBufferIsReleased() {
    await()
        .atMost(WAIT)
        .untilAsserted(() -> assertThat(handedOut).allMatch(bytes -> bytes.refCnt() == 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 15, 16, 17, 100})
  void aBodyBecomesAFileOfItsIndex(int buffers) throws IOException {
    byte[] expected = new byte[buffers * 1000];
    new Random(1).nextBytes(expected);
    Flux<ByteBuf> body = Flux.range(0, buffers).map(i -> buffer(expected, i * 1000, 1000));

    StepVerifier.create(store.save(snapshot(0x2a), body))
        .expectNext((long) expected.length)
        .expectComplete()
        .verify(WAIT);

    assertThat(files()).containsExactly("000000000000002a.snap.db");
    assertThat(store.find(0x2a)).contains(directory.resolve("000000000000002a.snap.db"));
    assertThat(Files.readAllBytes(store.file(snapshot(0x2a)))).isEqualTo(expected);
  }

  @Test
  void aLargeBodyIsWrittenWhole() throws IOException {
    byte[] expected = new byte[200 * 40_000];
    new Random(1).nextBytes(expected);
    Flux<ByteBuf> body = Flux.range(0, 200).map(i -> buffer(expected, i * 40_000, 40_000));

    assertThat(store.save(snapshot(1), body).block(WAIT)).isEqualTo(expected.length);

    assertThat(Files.readAllBytes(store.file(1))).isEqualTo(expected);
  }

  @Test
  void aBufferOfManyPiecesIsWrittenWholeAndReleased() throws IOException {
    byte[] expected = new byte[10_000_001];
    new Random(1).nextBytes(expected);
    Flux<ByteBuf> body =
        Flux.just(0, 1).map(i -> buffer(expected, i, i == 0 ? 1 : expected.length - 1));

    assertThat(store.save(snapshot(1), body).block(WAIT)).isEqualTo(expected.length);

    assertThat(Files.readAllBytes(store.file(1))).isEqualTo(expected);
  }

  @Test
  void buffersOfEveryKindAreWrittenInTheirOrder() throws IOException {
    byte[] expected = new byte[3 * 2000];
    new Random(1).nextBytes(expected);
    Flux<ByteBuf> body =
        Flux.range(0, 2000)
            .map(
                i ->
                    switch (i % 4) {
                      case 0 -> buffer(expected, i * 3, 3);
                      case 1 -> Unpooled.copiedBuffer(expected, i * 3, 3);
                      case 2 ->
                          Unpooled.compositeBuffer()
                              .addComponents(
                                  true, buffer(expected, i * 3, 1), buffer(expected, i * 3 + 1, 2));
                      default ->
                          Unpooled.wrappedBuffer(
                              Unpooled.EMPTY_BUFFER, buffer(expected, i * 3, 3).asReadOnly());
                    })
            .concatMap(bytes -> Flux.just(bytes, Unpooled.buffer(0)));

    assertThat(store.save(snapshot(1), body).block(WAIT)).isEqualTo(expected.length);

    assertThat(Files.readAllBytes(store.file(1))).isEqualTo(expected);
  }

  @Test
  void anIndexIsUnsigned() {
    assertThat(store.file(-1L)).hasFileName("ffffffffffffffff.snap.db");
    assertThat(store.file(Long.MIN_VALUE)).hasFileName("8000000000000000.snap.db");
    assertThat(store.file(snapshot(0))).hasFileName("0000000000000000.snap.db");
    assertThat(store.find(-1L)).isEmpty();
  }

  @Test
  void nothingHasTheNameBeforeTheBodyIsWhole() {
    TestPublisher<ByteBuf> body = TestPublisher.create();
    List<Long> saved = new ArrayList<>();
    Disposable save = store.save(snapshot(1), body.flux()).subscribe(saved::add);
    await().atMost(WAIT).until(body::wasSubscribed);
    body.next(random(5000));
    body.next(random(300_000));
    await().atMost(WAIT).until(() -> handedOut.stream().allMatch(bytes -> bytes.refCnt() == 0));

    assertThat(files()).hasSize(1).allMatch(name -> name.startsWith("tmp"));
    assertThat(store.find(1)).isEmpty();
    assertThat(saved).isEmpty();

    body.complete();
    await().atMost(WAIT).until(save::isDisposed);
    assertThat(saved).containsExactly(305_000L);
    assertThat(files()).containsExactly("0000000000000001.snap.db");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 15, 16, 17, 40})
  void anErrorInTheBodyLeavesNothing(int buffersBefore) {
    Flux<ByteBuf> body =
        Flux.range(0, buffersBefore)
            .map(i -> random(100))
            .concatWith(Mono.error(new IOException("the body broke")));

    StepVerifier.create(store.save(snapshot(1), body))
        .expectErrorMessage("the body broke")
        .verify(WAIT);

    assertThat(files()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 100", "16, 100", "3, 300000", "6, 300000", "2, 10000000"})
  void aCancelLeavesNothing(int buffersBefore, int size) {
    TestPublisher<ByteBuf> body =
        TestPublisher.createNoncompliant(TestPublisher.Violation.REQUEST_OVERFLOW);
    Disposable save = store.save(snapshot(1), body.flux()).subscribe();
    await().atMost(WAIT).until(body::wasSubscribed);
    for (int i = 0; i < buffersBefore; i++) {
      body.next(random(size));
    }
    save.dispose();

    await().atMost(WAIT).until(() -> files().isEmpty());
    assertThat(body.wasCancelled()).isTrue();
  }

  @Test
  void aBodyIsRequestedAsItIsWritten() {
    AtomicLong requested = new AtomicLong();
    TestPublisher<ByteBuf> body = TestPublisher.create();
    Disposable save =
        store.save(snapshot(1), body.flux().doOnRequest(requested::addAndGet)).subscribe();
    await().atMost(WAIT).until(() -> requested.get() > 0);
    assertThat(requested).hasValueLessThan(64);
    for (int i = 0; i < 10; i++) {
      body.next(random(10));
    }
    assertThat(requested).hasValueLessThan(64);
    save.dispose();
    await().atMost(WAIT).until(() -> files().isEmpty());
  }

  @Test
  void aDiskThatDoesNothingHoldsTheBodyBack() throws IOException {
    int bufferBytes = 100_000;
    byte[] expected = new byte[200 * bufferBytes];
    new Random(1).nextBytes(expected);
    Flux<ByteBuf> body =
        Flux.range(0, 200).map(i -> buffer(expected, i * bufferBytes, bufferBytes));
    Queue<Runnable> disk = new ArrayDeque<>();
    DirectorySnapshotStore slow =
        DirectorySnapshotStore.open(directory, Schedulers.fromExecutor(disk::add));
    AtomicLong saved = new AtomicLong();

    slow.save(snapshot(1), body).subscribe(saved::set);
    assertThat(handedOut).isEmpty();
    disk.remove().run();
    assertThat(disk).as("pieces to be written").hasSize(4);
    int held = handedOut.size();
    assertThat(held * bufferBytes).isBetween(4 * BodyFile.PIECE_BYTES, 7 * BodyFile.PIECE_BYTES);

    disk.remove().run();
    assertThat(disk).hasSize(4);
    assertThat((handedOut.size() - held) * bufferBytes)
        .isBetween(BodyFile.PIECE_BYTES - bufferBytes, BodyFile.PIECE_BYTES + bufferBytes);

    while (!disk.isEmpty()) {
      disk.remove().run();
    }
    assertThat(saved).hasValue(expected.length);
    assertThat(Files.readAllBytes(slow.file(1))).isEqualTo(expected);
  }

  @Test
  void aNewerBodyOfTheSameIndexTakesThePlace() throws IOException {
    assertThat(store.save(snapshot(7), Flux.defer(() -> Flux.just(random(10)))).block(WAIT))
        .isEqualTo(10);
    assertThat(store.save(snapshot(7), Flux.defer(() -> Flux.just(random(20)))).block(WAIT))
        .isEqualTo(20);
    assertThat(Files.size(store.file(7))).isEqualTo(20);

    Flux<ByteBuf> broken = Flux.concat(Flux.just(random(5)), Mono.error(new IOException("x")));
    StepVerifier.create(store.save(snapshot(7), broken)).expectErrorMessage("x").verify(WAIT);
    assertThat(files()).containsExactly("0000000000000007.snap.db");
    assertThat(Files.size(store.file(7))).isEqualTo(20);
  }

  @Test
  void severalBodiesAtOnceDoNotMix() throws IOException {
    Flux.range(1, 8)
        .flatMap(
            i ->
                store.save(
                    snapshot(i),
                    Flux.range(0, 50)
                        .map(
                            n -> {
                              ByteBuf bytes = allocate(100);
                              for (int b = 0; b < 100; b++) {
                                bytes.writeByte(i);
                              }
                              return bytes;
                            })))
        .blockLast(WAIT);
    for (int i = 1; i <= 8; i++) {
      byte[] bytes = Files.readAllBytes(store.file(i));
      assertThat(bytes).hasSize(5000).containsOnly(i);
    }
    assertThat(files()).hasSize(8);
  }

  @Test
  void whatACrashLeftIsDeletedAndWholeFilesStay() throws IOException {
    Files.writeString(directory.resolve("tmp123456.snap.db"), "half");
    Files.writeString(directory.resolve("tmp.snap.db"), "half");
    Files.writeString(directory.resolve("0000000000000005.snap.db"), "whole");
    Files.writeString(directory.resolve("0000000000000001-0000000000000005.snap"), "etcd's");
    Files.writeString(directory.resolve("tmp"), "not ours");

    DirectorySnapshotStore reopened = DirectorySnapshotStore.open(directory);

    assertThat(files())
        .containsExactlyInAnyOrder(
            "0000000000000005.snap.db", "0000000000000001-0000000000000005.snap", "tmp");
    assertThat(reopened.find(5)).isPresent();
  }

  @Test
  void aMissingDirectoryIsMade() throws IOException {
    Path nested = directory.resolve("member/snap");
    DirectorySnapshotStore nestedStore = DirectorySnapshotStore.open(nested);
    assertThat(nestedStore.save(snapshot(1), Flux.empty()).block(WAIT)).isZero();
    assertThat(nested.resolve("0000000000000001.snap.db")).isEmptyFile();
  }

  @Test
  void aDirectoryThatIsGoneIsAnError() throws IOException {
    Path gone = directory.resolve("gone");
    DirectorySnapshotStore goneStore = DirectorySnapshotStore.open(gone);
    Files.delete(gone);
    StepVerifier.create(goneStore.save(snapshot(1), Flux.defer(() -> Flux.just(random(1)))))
        .expectError(IOException.class)
        .verify(WAIT);
  }

  @Test
  void aNameThatCannotBeTakenIsAnErrorAndLeavesNothing() throws IOException {
    Files.createDirectories(directory.resolve("0000000000000001.snap.db/occupied"));
    StepVerifier.create(store.save(snapshot(1), Flux.defer(() -> Flux.just(random(1)))))
        .expectError(IOException.class)
        .verify(WAIT);
    assertThat(files()).containsExactly("0000000000000001.snap.db");
  }

  @Test
  void eachSubscriptionIsATransferAndNothingHappensBefore() {
    Mono<Long> save = store.save(snapshot(1), Flux.defer(() -> Flux.just(random(3))));
    assertThat(files()).isEmpty();
    assertThat(save.block(WAIT)).isEqualTo(3);
    assertThat(save.block(WAIT)).isEqualTo(3);
  }

  @Test
  void theRefusingStoreReleasesTheBodyAndFails() {
    StepVerifier.create(
            SnapshotStore.refusing().save(snapshot(1), Flux.range(0, 3).map(i -> random(10))))
        .expectErrorMatches(
            cause ->
                cause instanceof RaftwireException
                    && cause.getMessage().contains("no snapshot store"))
        .verify(WAIT);
    assertThat(handedOut).hasSize(3);
  }

  @Test
  void argumentsAreChecked() {
    assertThatCode(() -> store.save(null, Flux.empty())).isInstanceOf(NullPointerException.class);
  }

  // ---- helpers

  private static Message snapshot(long index) {
    return Message.newBuilder()
        .setType(MessageType.MsgSnap)
        .setSnapshot(
            Snapshot.newBuilder().setMetadata(SnapshotMetadata.newBuilder().setIndex(index)))
        .build();
  }

  private ByteBuf allocate(int size) {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.directBuffer(size);
    synchronized (handedOut) {
      handedOut.add(bytes);
    }
    return bytes;
  }

  private ByteBuf buffer(byte[] from, int offset, int length) {
    return allocate(length).writeBytes(from, offset, length);
  }

  private ByteBuf random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return buffer(bytes, 0, size);
  }

  private List<String> files() {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
