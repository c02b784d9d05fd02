// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
      BodyFile.Piece first = file.add(Unpooled.wrappedBuffer(expected, 0, PIECE));
      BodyFile.Piece second = file.add(Unpooled.wrappedBuffer(expected, PIECE, PIECE));
      file.write(second);
      BodyFile.Piece third = file.add(Unpooled.wrappedBuffer(expected, 2 * PIECE, PIECE));
      assertThat(third).isSameAs(second).isNotSameAs(first);
      file.write(third);
      file.write(first);
      assertThat(file.finish()).isEqualTo(expected.length);
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(expected);
  }

  @Test
  void whatWasWrittenBeforeItIsClosedIsNotFilledAgain() throws IOException {
    BodyFile file = BodyFile.open(empty());
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[PIECE]);
    BodyFile.Piece piece = file.add(bytes.duplicate());
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
      BodyFile.Piece full = file.add(bytes);
      if (full != null) {
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
