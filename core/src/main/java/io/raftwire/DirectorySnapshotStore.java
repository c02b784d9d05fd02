// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
 * Schedulers#boundedElastic()}, and past the page cache where the file system can (O_DIRECT): who
 * opens a file for the first time reads it from the disk.
 */
public final class DirectorySnapshotStore implements SnapshotStore {

  private static final String SUFFIX = ".snap.db";
  private static final String TEMPORARY_PREFIX = "tmp";

  // What the writing thread is woken for, and how many of these may wait for it.
  private static final int HANDED_BYTES = 256 * 1024;
  private static final int PREFETCH = 16;

  // A buffer's own memory, so that a great many small ones do not wait.
  private static final int BUFFER_BYTES = 256;

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
        .filter(enough -> enough)
        .publishOn(scheduler, PREFETCH)
        .doOnNext(added -> download.writeSome());
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

    // Since the writing thread was woken last.
    private int addedBytes;

    private @Nullable Path temporary;
    private @Nullable BodyFile file;
    private volatile boolean discarded;

    Download(Path directory, Path target) {
      this.directory = directory;
      this.target = target;
    }

    synchronized boolean open() throws IOException {
      if (!discarded) {
        temporary = Files.createTempFile(directory, TEMPORARY_PREFIX, SUFFIX);
        file = BodyFile.open(temporary);
      }
      return !discarded;
    }

    /**
     * Takes a buffer, on the thread that the body comes on; whether enough waits for the thread
     * that writes.
     */
    boolean add(ByteBuf bytes) {
      addedBytes += size(bytes);
      waiting.add(bytes);
      if (discarded) {
        releaseWaiting();
      }
      boolean enough = addedBytes >= HANDED_BYTES;
      if (enough) {
        addedBytes = 0;
      }
      return enough;
    }

    /**
     * Writes what one waking is for. All that waits would be too much: only when this returns is
     * more asked for, and what is left is what to write until it comes.
     */
    synchronized void writeSome() {
      for (int written = 0; written < HANDED_BYTES; ) {
        ByteBuf bytes = waiting.poll();
        if (bytes == null) {
          return;
        }
        written += size(bytes);
        write(bytes);
      }
    }

    private void write(ByteBuf bytes) {
      BodyFile out = file;
      try {
        if (!discarded && out != null) {
          out.write(bytes);
        }
      } catch (IOException e) {
        throw new RaftwireException(
            "cannot write snapshot " + temporary + ": " + e.getMessage(), e);
      } finally {
        bytes.release();
      }
    }

    private static int size(ByteBuf bytes) {
      return bytes.readableBytes() + BUFFER_BYTES;
    }

    synchronized long finish() throws IOException {
      for (ByteBuf bytes = waiting.poll(); bytes != null; bytes = waiting.poll()) {
        write(bytes);
      }
      BodyFile out = file;
      Path whole = temporary;
      if (discarded || out == null || whole == null) {
        throw new IOException("the snapshot was given up");
      }
      long bytes = out.finish();
      out.close();
      Files.move(
          whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory(target);
      return bytes;
    }

    synchronized void discard() {
      discarded = true;
      releaseWaiting();
      try {
        if (file != null) {
          file.close();
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
