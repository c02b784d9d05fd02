// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
 * pieces at once, as a disk takes more of them than of one after the other. What comes in large
 * memory, as far from the beginning of a block as it will be in the file, is written from there;
 * everything else is copied first.
 */
final class BodyFile implements Closeable {

  private static final Logger log = LoggerFactory.getLogger(BodyFile.class);

  // What the disk is given at once. Less is slower. A full MiB would be two requests, one after the
  // other, on a virtual disk (virtio), which takes 254 pages at once.
  static final int PIECE_BYTES = 960 * 1024;

  // What is worth writing from where it came: small writes are slow.
  private static final int LEAST_LENT_BYTES = 256 * 1024;

  /** Leads past the page cache; null where the JDK has no such option. */
  static final @Nullable OpenOption DIRECT = findDirect();

  private final FileChannel channel;
  private final boolean direct;
  private final int blockBytes;

  // Every piece that has memory, for the one who closes.
  private final Set<Piece> pieces = ConcurrentHashMap.newKeySet();
  // Own memory is used again: the pool would give a chunk of its own back whenever none is out, and
  // clear a new one for the next.
  private final Queue<CopiedPiece> written = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  // One of the two at most: what the body is being copied into, or what is left where it came.
  private @Nullable CopiedPiece filling;
  private @Nullable LentPiece lent;
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
      Piece.writeAll(
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
   * Takes what a buffer has to read; the buffer stays the caller's. What lies in large memory as it
   * will in the file is retained until it is written, everything else copied. Does not block.
   *
   * @param bytes at most {@link #PIECE_BYTES}, so that no more than that becomes full
   * @return what became full, for {@link #write}
   */
  List<Piece> add(ByteBuf bytes) throws ClosedChannelException {
    List<Piece> full = new ArrayList<>();
    while (bytes.isReadable()) {
      LentPiece.Place place = LentPiece.Place.of(bytes);
      if (lent != null && !lent.endsAt(place)) {
        endLent(full);
      }
      if (lent == null && place != null && isWorthLending(place)) {
        beginLent(place, bytes, full);
      }
      if (lent != null) {
        lend(bytes, full);
      } else {
        copy(bytes, full);
      }
    }
    return full;
  }

  private boolean isWorthLending(LentPiece.Place place) {
    return place.left() >= LEAST_LENT_BYTES && place.fits(addedBytes, blockBytes);
  }

  /** Copies up to the next block and lends from there on, if the buffer goes so far. */
  private void beginLent(LentPiece.Place place, ByteBuf bytes, List<Piece> full)
      throws ClosedChannelException {
    int toBlock = (int) (-addedBytes & (blockBytes - 1));
    if (toBlock >= bytes.readableBytes()) {
      return;
    }
    CopiedPiece before = filling;
    if (before != null) {
      addedBytes += before.take(bytes, toBlock);
      full.add(before);
      filling = null;
    }
    lent = known(place.plus(toBlock).begin(addedBytes));
  }

  private void lend(ByteBuf bytes, List<Piece> full) throws ClosedChannelException {
    LentPiece piece = Objects.requireNonNull(lent);
    int taken = Math.min(bytes.readableBytes(), PIECE_BYTES - piece.length());
    piece.take(bytes, taken);
    addedBytes += taken;
    // Memory that began within a block ends that much earlier.
    if (piece.length() >= PIECE_BYTES - blockBytes) {
      endLent(full);
    }
  }

  /** Lets go of what is lent: whole blocks to be written from where they are, the rest copied. */
  private void endLent(List<Piece> full) throws ClosedChannelException {
    LentPiece piece = Objects.requireNonNull(lent);
    lent = null;
    int length = piece.length();
    int whole = length < LEAST_LENT_BYTES ? 0 : length & -blockBytes;
    if (whole < length) {
      CopiedPiece rest = nextPiece(piece.position() + whole);
      filling = rest;
      piece.moveEnd(whole, rest);
    }
    if (whole > 0) {
      full.add(piece);
    } else {
      pieces.remove(piece);
      piece.release();
    }
  }

  private void copy(ByteBuf bytes, List<Piece> full) throws ClosedChannelException {
    CopiedPiece piece = filling == null ? nextPiece(addedBytes) : filling;
    addedBytes += piece.take(bytes, PIECE_BYTES);
    filling = piece;
    if (piece.isFull()) {
      full.add(piece);
      filling = null;
    }
  }

  private CopiedPiece nextPiece(long position) throws ClosedChannelException {
    CopiedPiece piece = written.poll();
    if (piece == null) {
      piece = known(new CopiedPiece(PIECE_BYTES, blockBytes));
    }
    piece.begin(position);
    return piece;
  }

  /** Who closes knows of it, or has closed before. */
  private <P extends Piece> P known(P piece) {
    pieces.add(piece);
    if (closed) {
      piece.release();
    }
    return piece;
  }

  /** Writes a piece, on any thread, also while others are written. Blocks. */
  void write(Piece piece) throws IOException {
    piece.writeTo(channel);
    if (piece instanceof CopiedPiece copied) {
      written.add(copied);
    } else {
      pieces.remove(piece);
      piece.release();
    }
  }

  /**
   * Writes what is left and syncs, after all else has been written. Blocks.
   *
   * @return how many bytes the file has
   */
  long finish() throws IOException {
    List<Piece> left = new ArrayList<>();
    if (lent != null) {
      endLent(left);
    }
    if (filling != null) {
      filling.pad(blockBytes);
      left.add(filling);
      filling = null;
    }
    for (Piece piece : left) {
      write(piece);
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
}
