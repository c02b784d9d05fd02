// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps each received body as a file {@code <index>.snap.db}, the index as 16 hex digits, the name
 * etcd gives it. A body is written to a temporary file, synced, and renamed in one step, so a file
 * of that name is always whole; a broken body leaves nothing behind. Writing happens on {@link
 * Schedulers#boundedElastic()}.
 */
public final class DirectorySnapshotStore implements SnapshotStore {

  private static final String SUFFIX = ".snap.db";
  private static final String TEMPORARY_PREFIX = "tmp";

  // Buffers in flight between the network and the disk, each a piece (up to 64 KiB) of a read.
  private static final int PREFETCH = 48;

  private final Path directory;
  private final Scheduler scheduler;

  private DirectorySnapshotStore(Path directory, Scheduler scheduler) {
    this.directory = directory;
    this.scheduler = scheduler;
  }

  /**
   * A store over a directory, which is created if it is missing. What an earlier process left
   * unfinished there is deleted. Blocks on the file system.
   *
   * @throws IOException if the directory cannot be made or read
   */
  public static DirectorySnapshotStore open(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(directory, TEMPORARY_PREFIX + "*" + SUFFIX)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
    return new DirectorySnapshotStore(directory, Schedulers.boundedElastic());
  }

  /** The file a snapshot's body has, whether or not it is there. */
  public Path file(Message snapshot) {
    return file(snapshot.getSnapshot().getMetadata().getIndex());
  }

  /**
   * The file the body of the snapshot at an index has, whether or not it is there.
   *
   * @param index unsigned
   */
  public Path file(long index) {
    return directory.resolve(String.format("%016x%s", index, SUFFIX));
  }

  /** The file of the body at an index, if there is one. Blocks on the file system. */
  public Optional<Path> find(long index) {
    return Optional.of(file(index)).filter(Files::isRegularFile);
  }

  @Override
  public Mono<Long> save(Message snapshot, Flux<ByteBuf> body) {
    Objects.requireNonNull(snapshot, "snapshot");
    return Mono.usingWhen(
        Mono.fromSupplier(() -> new Download(directory, file(snapshot))),
        download ->
            Mono.fromCallable(download::open)
                .subscribeOn(scheduler)
                .thenMany(write(body, download))
                .then(Mono.fromCallable(download::finish)),
        download -> Mono.empty(),
        (download, cause) -> discard(download),
        this::discard);
  }

  private Flux<Boolean> write(Flux<ByteBuf> body, Download download) {
    return body.doOnDiscard(ByteBuf.class, ByteBuf::release)
        .map(download::add)
        .publishOn(scheduler, PREFETCH)
        .doOnNext(added -> download.writeWaiting());
  }

  private Mono<Void> discard(Download download) {
    return Mono.<Void>fromRunnable(download::discard).subscribeOn(scheduler);
  }

  /**
   * One body on its way to its file. Locked, because a cancel may come while a write is under way.
   */
  private static final class Download {

    private final Path directory;
    private final Path target;
    // A cancelled publishOn forgets what it has handed to a thread that has not begun yet.
    private final ConcurrentLinkedQueue<ByteBuf> waiting = new ConcurrentLinkedQueue<>();

    private @Nullable Path temporary;
    private @Nullable FileChannel channel;
    private long written;
    private volatile boolean discarded;

    Download(Path directory, Path target) {
      this.directory = directory;
      this.target = target;
    }

    synchronized boolean open() throws IOException {
      if (!discarded) {
        temporary = Files.createTempFile(directory, TEMPORARY_PREFIX, SUFFIX);
        channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
      }
      return !discarded;
    }

    /** Called on the thread that the body comes on; takes the buffer. */
    boolean add(ByteBuf bytes) {
      waiting.add(bytes);
      if (discarded) {
        releaseWaiting();
      }
      return true;
    }

    /** Writes all that waits at once, so that what comes after it finds nothing more to do. */
    synchronized void writeWaiting() {
      List<ByteBuf> taken = new ArrayList<>();
      for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
        taken.add(bytes);
      }
      FileChannel out = channel;
      try {
        if (!discarded && out != null) {
          write(taken, out);
        }
      } catch (IOException e) {
        throw new RaftwireException(
            "cannot write snapshot " + temporary + ": " + e.getMessage(), e);
      } finally {
        taken.forEach(ByteBuf::release);
      }
    }

    private void write(List<ByteBuf> taken, FileChannel out) throws IOException {
      ByteBuffer[] buffers =
          taken.stream()
              .flatMap(bytes -> Arrays.stream(bytes.nioBuffers()))
              .toArray(ByteBuffer[]::new);
      for (int first = 0; first < buffers.length; ) {
        if (buffers[first].hasRemaining()) {
          written += out.write(buffers, first, buffers.length - first);
        } else {
          first++;
        }
      }
    }

    synchronized long finish() throws IOException {
      FileChannel out = channel;
      Path file = temporary;
      if (discarded || out == null || file == null) {
        throw new IOException("the snapshot was given up");
      }
      out.force(true);
      out.close();
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory(target);
      return written;
    }

    synchronized void discard() {
      discarded = true;
      releaseWaiting();
      try {
        if (channel != null) {
          channel.close();
        }
        if (temporary != null) {
          Files.deleteIfExists(temporary);
        }
      } catch (IOException e) {
        throw new RaftwireException("cannot delete unfinished snapshot " + temporary, e);
      }
    }

    private void releaseWaiting() {
      for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
        bytes.release();
      }
    }

    // A rename is durable once its directory is; Windows cannot open one, and needs no such sync.
    private static void syncDirectory(Path file) throws IOException {
      Path parent = file.getParent();
      if (parent != null && !System.getProperty("os.name").startsWith("Windows")) {
        try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
          directory.force(true);
        }
      }
    }
  }
}
