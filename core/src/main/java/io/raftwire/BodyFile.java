// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is written once, from its beginning to its end, past the page cache where the file
 * system can: a body of gigabytes is not copied into it, does not push out what the store's owner
 * works with, and is on the disk when it ends. Blocks, and is for one thread at a time.
 */
final class BodyFile implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(BodyFile.class);

  // What the disk is given at once. Less is slower. A full MiB would be two requests, one after the
  // other, on a virtual disk (virtio), which takes 254 pages at once.
  private static final int PIECE_BYTES = 960 * 1024;

  /** Leads past the page cache; null where the JDK has no such option. */
  static final @Nullable OpenOption DIRECT = findDirect();

  private final Path path;
  private final int blockBytes;
  private final ByteBuf memory;
  // What was not written yet, from 0 to its position.
  private final ByteBuffer piece;

  private FileChannel channel;
  private boolean direct;
  private long writtenBytes;

  private BodyFile(Path path, int blockBytes, FileChannel channel, boolean direct) {
    this.path = path;
    this.blockBytes = blockBytes;
    this.channel = channel;
    this.direct = direct;
    this.memory = PooledByteBufAllocator.DEFAULT.directBuffer(PIECE_BYTES + blockBytes);
    this.piece =
        memory
            .internalNioBuffer(0, memory.capacity())
            .alignedSlice(blockBytes)
            .limit(PIECE_BYTES)
            .slice();
  }

  // Documented, but javac of newer JDKs warns of all that names it.
  private static @Nullable OpenOption findDirect() {
    try {
      for (Object option :
          Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
        if (option.toString().equals("DIRECT")) {
          return (OpenOption) option;
        }
      }
    } catch (ClassNotFoundException e) {
      log.debug("this JDK cannot write past the page cache", e);
    }
    return null;
  }

  /** Opens a file that exists and is empty. */
  static BodyFile open(Path path) throws IOException {
    return open(path, DIRECT, blockBytes(path));
  }

  private static long blockBytes(Path path) throws IOException {
    try {
      return Files.getFileStore(path).getBlockSize();
    } catch (UnsupportedOperationException e) {
      return 0; // A file system that has no blocks.
    }
  }

  /** The same, with the option that leads past the page cache, and in blocks of so many bytes. */
  static BodyFile open(Path path, @Nullable OpenOption pastTheCache, long blockBytes)
      throws IOException {
    if (pastTheCache != null && Long.bitCount(blockBytes) == 1 && PIECE_BYTES % blockBytes == 0) {
      try {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, pastTheCache);
        return new BodyFile(path, (int) blockBytes, channel, true);
      } catch (IOException | UnsupportedOperationException e) {
        logCached(path, e);
      }
    }
    return new BodyFile(path, 1, FileChannel.open(path, StandardOpenOption.WRITE), false);
  }

  /** Whether it is written past the page cache. */
  boolean isDirect() {
    return direct;
  }

  /** Takes what a buffer has to read; the buffer stays the caller's. */
  void write(ByteBuf bytes) throws IOException {
    requireOpen();
    while (bytes.isReadable()) {
      int taken = Math.min(bytes.readableBytes(), piece.remaining());
      bytes.readBytes(piece.duplicate().limit(piece.position() + taken));
      piece.position(piece.position() + taken);
      if (!piece.hasRemaining()) {
        writePiece();
      }
    }
  }

  /** Writes what is left and syncs; how many bytes the file has. */
  long finish() throws IOException {
    requireOpen();
    long bytes = writtenBytes + piece.position();
    // Direct I/O knows whole blocks only.
    while (piece.position() % blockBytes != 0) {
      piece.put((byte) 0);
    }
    writePiece();
    if (writtenBytes > bytes) {
      channel.truncate(bytes);
    }
    channel.force(true);
    channel.close();
    return bytes;
  }

  private void writePiece() throws IOException {
    piece.flip();
    try {
      writeAll();
    } catch (IOException e) {
      if (!direct || writtenBytes > 0) {
        throw e;
      }
      // There are file systems that open a file for direct I/O and then refuse it.
      logCached(path, e);
      channel.close();
      channel = FileChannel.open(path, StandardOpenOption.WRITE);
      direct = false;
      writeAll();
    }
    piece.clear();
  }

  private void writeAll() throws IOException {
    while (piece.hasRemaining()) {
      writtenBytes += channel.write(piece);
    }
  }

  // The memory may be somebody else's by now.
  private void requireOpen() throws ClosedChannelException {
    if (memory.refCnt() == 0) {
      throw new ClosedChannelException();
    }
  }

  /** Ends it, wherever it is. */
  @Override
  public void close() throws IOException {
    if (memory.refCnt() > 0) {
      memory.release();
    }
    channel.close();
  }

  private static void logCached(Path path, Exception cause) {
    log.debug("{} is written through the page cache: {}", path, cause.toString());
  }
}
