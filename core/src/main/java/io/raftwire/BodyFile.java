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
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that a body is written to once, past the page cache where the file system can: a body of
 * gigabytes is not copied into it, does not push out what the store's owner works with, and is on
 * the disk when it ends.
 *
 * <p>One thread at a time adds to it, without blocking; what is full is written on others, several
 * pieces at once, as a disk takes more of them than of one after the other.
 */
final class BodyFile implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(BodyFile.class);

  // What the disk is given at once. Less is slower. A full MiB would be two requests, one after the
  // other, on a virtual disk (virtio), which takes 254 pages at once.
  static final int PIECE_BYTES = 960 * 1024;

  /** Leads past the page cache; null where the JDK has no such option. */
  static final @Nullable OpenOption DIRECT = findDirect();

  private final FileChannel channel;
  private final boolean direct;
  private final int blockBytes;

  // Every piece, for the one who closes. They are few and used again: the pool would give a chunk
  // of its memory back whenever none is out, and clear a new one for the next.
  private final Set<Piece> pieces = ConcurrentHashMap.newKeySet();
  private final Queue<Piece> written = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  private @Nullable Piece filling;
  private long addedBytes;

  private BodyFile(FileChannel channel, boolean direct, int blockBytes) {
    this.channel = channel;
    this.direct = direct;
    this.blockBytes = blockBytes;
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

  /** Opens a file that exists and is empty. Blocks. */
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
        return openDirect(path, pastTheCache, (int) blockBytes);
      } catch (IOException | UnsupportedOperationException e) {
        log.debug("{} is written through the page cache: {}", path, e.toString());
      }
    }
    return new BodyFile(FileChannel.open(path, StandardOpenOption.WRITE), false, 1);
  }

  private static BodyFile openDirect(Path path, OpenOption pastTheCache, int blockBytes)
      throws IOException {
    FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, pastTheCache);
    try {
      // There are file systems that open a file for direct I/O and then refuse it.
      writeAll(
          channel,
          ByteBuffer.allocateDirect(2 * blockBytes).alignedSlice(blockBytes).limit(blockBytes),
          0);
      return new BodyFile(channel, true, blockBytes);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Whether it is written past the page cache. */
  boolean isDirect() {
    return direct;
  }

  /**
   * Takes what a buffer has to read; the buffer stays the caller's. Does not block.
   *
   * @param bytes at most {@link #PIECE_BYTES}, so that no more than one piece becomes full
   * @return what became full, for {@link #write}
   */
  @Nullable Piece add(ByteBuf bytes) throws ClosedChannelException {
    Piece full = null;
    while (bytes.isReadable()) {
      Piece piece = filling == null ? nextPiece() : filling;
      addedBytes += piece.take(bytes);
      filling = piece;
      if (piece.isFull()) {
        full = piece;
        filling = null;
      }
    }
    return full;
  }

  private Piece nextPiece() throws ClosedChannelException {
    Piece piece = written.poll();
    if (piece == null) {
      piece = new Piece(blockBytes);
      pieces.add(piece);
      if (closed) {
        piece.release();
      }
    }
    piece.begin(addedBytes);
    return piece;
  }

  /** Writes a piece, on any thread, also while others are written. Blocks. */
  void write(Piece piece) throws IOException {
    piece.writeTo(channel);
    written.add(piece);
  }

  /**
   * Writes what is left and syncs, after all else has been written. Blocks.
   *
   * @return how many bytes the file has
   */
  long finish() throws IOException {
    Piece last = filling;
    if (last != null) {
      last.pad(blockBytes);
      write(last);
      filling = null;
    }
    channel.truncate(addedBytes);
    channel.force(true);
    channel.close();
    return addedBytes;
  }

  /** Ends it, wherever it is; waits for the pieces that are being written. */
  @Override
  public void close() throws IOException {
    closed = true;
    pieces.forEach(Piece::release);
    channel.close();
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /**
   * Memory as direct I/O wants it, for a part of the body. Locked, because who closes may come
   * while it is being filled or written.
   */
  static final class Piece {

    private final ByteBuf memory;
    // What was taken, from 0 to its position.
    private final ByteBuffer bytes;

    private long position;
    // The memory's own count does not tell: the pool gives its object to the next who asks.
    private boolean released;

    private Piece(int blockBytes) {
      this.memory = PooledByteBufAllocator.DEFAULT.directBuffer(PIECE_BYTES + blockBytes);
      this.bytes =
          memory
              .internalNioBuffer(0, memory.capacity())
              .alignedSlice(blockBytes)
              .limit(PIECE_BYTES)
              .slice();
    }

    private synchronized void begin(long position) throws ClosedChannelException {
      requireMemory();
      this.position = position;
      bytes.clear();
    }

    private synchronized int take(ByteBuf from) throws ClosedChannelException {
      requireMemory();
      int taken = Math.min(from.readableBytes(), bytes.remaining());
      from.readBytes(bytes.duplicate().limit(bytes.position() + taken));
      bytes.position(bytes.position() + taken);
      return taken;
    }

    private synchronized boolean isFull() {
      return !bytes.hasRemaining();
    }

    // Direct I/O knows whole blocks only.
    private synchronized void pad(int blockBytes) throws ClosedChannelException {
      requireMemory();
      while (bytes.position() % blockBytes != 0) {
        bytes.put((byte) 0);
      }
    }

    private synchronized void writeTo(FileChannel channel) throws IOException {
      requireMemory();
      writeAll(channel, bytes.flip(), position);
    }

    private synchronized void release() {
      if (!released) {
        released = true;
        memory.release();
      }
    }

    // It may be somebody else's by now.
    private synchronized void requireMemory() throws ClosedChannelException {
      if (released) {
        throw new ClosedChannelException();
      }
    }
  }
}
