// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class BodyFileTest {

  private static final int PIECE = 960 * 1024;

  /** No file system knows it. */
  private enum Unknown implements OpenOption {
    OPTION
  }

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        511,
        512,
        513,
        4095,
        4096,
        4097,
        PIECE - 1,
        PIECE,
        PIECE + 1,
        3 * PIECE,
        3 * PIECE + 4095
      })
  void aFileHasWhatWasWrittenWhereverBlocksEnd(int size) throws IOException {
    Path path = empty();
    try (BodyFile file = BodyFile.open(path)) {
      check(path, file, size);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4097, 2 * PIECE + 1})
  void itIsWrittenThroughTheCacheWhereNothingElseCanBe(int size) throws IOException {
    Path path = empty();
    try (BodyFile file = BodyFile.open(path, Unknown.OPTION, 4096)) {
      assertThat(file.isDirect()).isFalse();
      check(path, file, size);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, 3000, 2 * PIECE, 1L << 17, 1L << 40})
  void blocksThatDoNotFitArePassedOver(long blockBytes) throws IOException {
    Path path = empty();
    try (BodyFile file = BodyFile.open(path, BodyFile.DIRECT, blockBytes)) {
      assertThat(file.isDirect()).isFalse();
      check(path, file, PIECE + 5);
    }
  }

  // The JDK refuses to write what is no block of the file system, as a file system would.
  @ParameterizedTest
  @ValueSource(ints = {1, 4097, PIECE - 1})
  void whatIsRefusedAfterAllIsWrittenThroughTheCache(int size) throws IOException {
    Path path = empty();
    try (BodyFile file = BodyFile.open(path, BodyFile.DIRECT, 1)) {
      check(path, file, size);
      assertThat(file.isDirect()).isFalse();
    }
  }

  @Test
  void itIsWrittenPastTheCacheWhereTheFileSystemCan() throws IOException {
    assertThat(BodyFile.DIRECT).isNotNull();
    Path path = empty();
    boolean can;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, BodyFile.DIRECT)) {
      can = channel.isOpen();
    } catch (IOException | UnsupportedOperationException e) {
      can = false;
    }
    try (BodyFile file = BodyFile.open(path)) {
      check(path, file, 3 * PIECE + 1);
      assertThat(file.isDirect()).isEqualTo(can);
    }
  }

  @Test
  void memoryIsUsedAgainOnceItIsWritten() throws IOException {
    Path path = empty();
    byte[] expected = new byte[3 * PIECE];
    new Random(1).nextBytes(expected);
    try (BodyFile file = BodyFile.open(path)) {
      Piece first = only(file.add(Unpooled.wrappedBuffer(expected, 0, PIECE)));
      Piece second = only(file.add(Unpooled.wrappedBuffer(expected, PIECE, PIECE)));
      file.write(second);
      Piece third = only(file.add(Unpooled.wrappedBuffer(expected, 2 * PIECE, PIECE)));
      assertThat(third).isSameAs(second).isNotSameAs(first);
      file.write(third);
      file.write(first);
      assertThat(file.finish()).isEqualTo(expected.length);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(expected);
  }

  /** From a place of the body on, memory in which bytes are as far from a block as in the file. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4095, 4096, 70_001})
  void whatLiesInLargeMemoryAsInTheFileIsWrittenFromThere(int from) throws IOException {
    Path path = empty();
    byte[] expected = random(new Random(1), 3 * PIECE);
    int block = 4096;
    ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(3 * PIECE + block);
    int begin = (int) (-memory.memoryAddress() & block - 1);
    memory.setBytes(begin, expected);
    List<Piece> pieces = new ArrayList<>();
    try (BodyFile file = BodyFile.open(path, BodyFile.DIRECT, block)) {
      pieces.addAll(file.add(Unpooled.wrappedBuffer(expected, 0, from)));
      for (int at = from; at < expected.length; ) {
        int length = Math.min(100_000, expected.length - at);
        pieces.addAll(file.add(memory.slice(begin + at, length)));
        at += length;
      }
      assertThat(memory.refCnt()).as("while it is to be written").isGreaterThan(1);
      for (Piece piece : pieces) {
        file.write(piece);
      }
      assertThat(file.finish()).isEqualTo(expected.length);
    }
    assertThat(pieces).filteredOn(LentPiece.class::isInstance).hasSizeBetween(2, 3);
    assertThat(memory.refCnt()).isEqualTo(1);
    memory.release();
    assertThat(Files.readAllBytes(path)).isEqualTo(expected);
  }

  @Test
  void whatIsFartherFromABlockOrInSmallMemoryIsCopied() throws IOException {
    Path path = empty();
    byte[] expected = random(new Random(1), 2 * PIECE);
    int block = 4096;
    ByteBuf large = PooledByteBufAllocator.DEFAULT.directBuffer(PIECE + 2 * block);
    ByteBuf small = PooledByteBufAllocator.DEFAULT.directBuffer(100_000);
    try (BodyFile file = BodyFile.open(path, BodyFile.DIRECT, block)) {
      assumeThat(file.isDirect()).as("a file system that writes past its cache").isTrue();
      int farther = (int) (-large.memoryAddress() & block - 1) + 1;
      large.setBytes(farther, expected, 0, PIECE);
      List<Piece> pieces = file.add(large.slice(farther, PIECE));
      int begin = (int) (-small.memoryAddress() & block - 1);
      for (int at = PIECE; at < 2 * PIECE; ) {
        int length = Math.min(20 * block, 2 * PIECE - at);
        small.setBytes(begin, expected, at, length);
        pieces.addAll(file.add(small.slice(begin, length)));
        at += length;
      }
      assertThat(large.refCnt()).isEqualTo(1);
      assertThat(small.refCnt()).isEqualTo(1);
      assertThat(pieces).hasSize(2).hasOnlyElementsOfType(CopiedPiece.class);
      for (Piece piece : pieces) {
        file.write(piece);
      }
      assertThat(file.finish()).isEqualTo(expected.length);
      assertThat(Files.readAllBytes(path)).isEqualTo(expected);
    } finally {
      large.release();
      small.release();
    }
  }

  /** Buffers anywhere in memory of any size, some behind the one before, in blocks or not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 512, 4096})
  void aFileHasWhatWasWrittenWhereverBuffersLie(int blockBytes) {
    for (int round = 0; round < 30; round++) {
      long seed = System.nanoTime();
      assertThatCode(() -> writeFromAnywhere(blockBytes, new Random(seed)))
          .as("seed %d", seed)
          .doesNotThrowAnyException();
    }
  }

  private void writeFromAnywhere(int blockBytes, Random random) throws IOException {
    byte[] expected = random(random, random.nextInt(4 * PIECE));
    Path path = empty();
    List<ByteBuf> all = new ArrayList<>();
    try (BodyFile file = BodyFile.open(path, BodyFile.DIRECT, blockBytes)) {
      List<Piece> pieces = new ArrayList<>();
      boolean ends = random.nextInt(4) > 0;
      for (int at = 0; at < expected.length; ) {
        at = addMemory(file, expected, at, random, all, pieces);
        if (random.nextBoolean()) {
          Collections.shuffle(pieces, random);
          while (!pieces.isEmpty()) {
            file.write(pieces.remove(0));
          }
        }
      }
      for (Piece piece : pieces) {
        file.write(piece);
      }
      if (ends) {
        assertThat(file.finish()).isEqualTo(expected.length);
        assertThat(Files.readAllBytes(path)).isEqualTo(expected);
      }
    }
    assertThat(all).allMatch(memory -> memory.refCnt() == 1);
    all.forEach(ByteBuf::release);
  }

  /** Adds what a new memory can hold of the body; how far that is. */
  private static int addMemory(
      BodyFile file, byte[] body, int from, Random random, List<ByteBuf> all, List<Piece> pieces)
      throws IOException {
    ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(1 + random.nextInt(2 * PIECE));
    all.add(memory);
    int begin = (int) (from - memory.memoryAddress() & 4095) + random.nextInt(4) / 3;
    int end = Math.min(body.length, from + Math.max(1, memory.capacity() - begin));
    if (begin + end - from > memory.capacity()) {
      pieces.addAll(file.add(Unpooled.wrappedBuffer(body, from, end - from)));
      return end;
    }
    memory.setBytes(begin, body, from, end - from);
    int at = from;
    while (at < end) {
      int length = Math.min(1 + random.nextInt(random.nextBoolean() ? 5000 : 500_000), end - at);
      ByteBuf bytes = memory.slice(begin + at - from, length);
      pieces.addAll(file.add(random.nextInt(20) == 0 ? elsewhere(bytes) : bytes));
      at += length;
    }
    return end;
  }

  private static ByteBuf elsewhere(ByteBuf bytes) {
    byte[] content = new byte[bytes.readableBytes()];
    bytes.getBytes(bytes.readerIndex(), content);
    return Unpooled.wrappedBuffer(content);
  }

  @Test
  void closedItLetsGoOfBuffersThatWereNotWritten() throws IOException {
    ByteBuf memory = PooledByteBufAllocator.DEFAULT.directBuffer(2 * PIECE + 4096);
    int begin = (int) (-memory.memoryAddress() & 4095);
    BodyFile file = BodyFile.open(empty());
    List<Piece> pieces = file.add(memory.slice(begin, PIECE));
    file.add(memory.slice(begin + PIECE, 1000));
    assertThat(pieces).hasSize(1).hasOnlyElementsOfType(LentPiece.class);
    assertThat(memory.refCnt()).isGreaterThan(2);
    file.close();
    assertThat(memory.refCnt()).isEqualTo(1);
    assertThatThrownBy(() -> file.write(pieces.get(0))).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.add(memory.slice(begin + PIECE + 1000, 1000)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.add(memory.slice(begin, 1000)))
        .isInstanceOf(ClosedChannelException.class);
    assertThat(memory.refCnt()).isEqualTo(1);
    memory.release();
  }

  @Test
  void whatWasWrittenBeforeItIsClosedIsNotFilledAgain() throws IOException {
    BodyFile file = BodyFile.open(empty());
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[PIECE]);
    Piece piece = only(file.add(bytes.duplicate()));
    file.write(piece);
    file.close();
    assertThatThrownBy(() -> file.add(bytes)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> file.write(piece)).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void whatIsClosedTakesNoMore() throws IOException {
    BodyFile file = BodyFile.open(empty());
    file.close();
    file.close();
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[10]);
    assertThatThrownBy(() -> file.add(bytes)).isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(file::finish).isInstanceOf(ClosedChannelException.class);
  }

  // On one of Netty's threads, as others get an object of their own with each buffer.
  @Test
  void closedTwiceItReleasesNoMoreThanItsOwnMemory() throws Exception {
    FutureTask<Void> test =
        new FutureTask<>(
            () -> {
              BodyFile file = BodyFile.open(empty());
              file.add(Unpooled.wrappedBuffer(new byte[10]));
              file.close();
              ByteBuf others = PooledByteBufAllocator.DEFAULT.directBuffer(10);
              try {
                file.close();
                assertThat(others.refCnt()).isEqualTo(1);
              } finally {
                ReferenceCountUtil.safeRelease(others);
              }
              return null;
            });
    Thread thread =
        new FastThreadLocalThread(test) {
          @Override
          public boolean permitBlockingCalls() {
            return true;
          }
        };
    thread.start();
    test.get();
    thread.join();
  }

  private static byte[] random(Random random, int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Piece only(List<Piece> pieces) {
    assertThat(pieces).hasSize(1);
    return pieces.get(0);
  }

  private Path empty() throws IOException {
    return Files.createTempFile(directory, "body", "");
  }

  private static void check(Path path, BodyFile file, int size) throws IOException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] expected = new byte[size];
    random.nextBytes(expected);
    for (int at = 0; at < size; ) {
      int length = Math.min(size - at, random.nextInt(200_000));
      ByteBuf bytes = Unpooled.wrappedBuffer(expected, at, length);
      for (Piece full : file.add(bytes)) {
        file.write(full);
      }
      assertThat(bytes.isReadable()).isFalse();
      assertThat(bytes.refCnt()).isEqualTo(1);
      at += length;
    }
    assertThat(file.finish()).isEqualTo(size);
    assertThat(Files.readAllBytes(path)).as("seed %d", seed).isEqualTo(expected);
  }
}
