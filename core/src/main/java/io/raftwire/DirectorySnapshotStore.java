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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Keeps each received body as a file {@code <index>.snap.db}, the index as 16 hex digits, the name
 * etcd gives it. A body is written to a temporary file, synced, and renamed in one step, so a file
 * of that name is always whole; a broken body leaves nothing behind. Writing happens on {@link
 * Schedulers#boundedElastic()}, up to four pieces of some 1 MiB of a body at once, and past the
 * page cache where the file system can (O_DIRECT): who opens a file for the first time reads it
 * from the disk. A buffer is copied and released on the thread it comes on, but for those that lie
 * in large memory as the file system wants it, as {@link SnapshotStore#save} says: they are written
 * from there, and released after that.
 */
public final class DirectorySnapshotStore implements SnapshotStore {

  private static final String SUFFIX = ".snap.db";
  private static final String TEMPORARY_PREFIX = "tmp";

  // Buffers of a body that are asked for at once, and may be large; they wait only while all pieces
  // are taken.
  private static final int PREFETCH = 4;

  // Pieces of a body that are written, or wait for it, at once.
  private static final int WRITES = 4;

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
    return open(directory, Schedulers.boundedElastic());
  }

  /** The same, with the threads that block on the disk. */
  static DirectorySnapshotStore open(Path directory, Scheduler scheduler) throws IOException {
    create(directory);
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(directory, TEMPORARY_PREFIX + "*" + SUFFIX)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
    return new DirectorySnapshotStore(directory, scheduler);
  }

  // What it creates is durable, or a power failure could take a body with it that was reported
  // saved.
  private static void create(Path directory) throws IOException {
    List<Path> created = new ArrayList<>();
    Path path = directory.toAbsolutePath();
    while (path != null && !Files.exists(path)) {
      created.add(path);
      path = path.getParent();
    }
    Files.createDirectories(directory);
    for (Path each : created) {
      syncParent(each);
    }
  }

  // An entry of a directory is durable once that is; Windows cannot open one, and needs no such
  // sync.
  private static void syncParent(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && !System.getProperty("os.name").startsWith("Windows")) {
      try (FileChannel directory = FileChannel.open(parent, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
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
                .then(Mono.fromCallable(download::finish).subscribeOn(scheduler)),
        download -> Mono.empty(),
        (download, cause) -> discard(download),
        this::discard);
  }

  /** Makes pieces of the body where it comes, and writes them where that may block. */
  private Flux<Void> write(Flux<ByteBuf> body, Download download) {
    return body.concatMapIterable(DirectorySnapshotStore::slices, PREFETCH)
        .doOnDiscard(ByteBuf.class, ByteBuf::release)
        .handle(download::add)
        .flatMap(
            pieces -> Mono.<Void>fromRunnable(() -> download.write(pieces)).subscribeOn(scheduler),
            WRITES,
            1);
  }

  /** What of a buffer one piece can take, so that a large one waits for the disk, too. */
  private static List<ByteBuf> slices(ByteBuf bytes) {
    if (bytes.readableBytes() <= BodyFile.PIECE_BYTES) {
      return List.of(bytes);
    }
    List<ByteBuf> slices = new ArrayList<>();
    while (bytes.isReadable()) {
      slices.add(bytes.readRetainedSlice(Math.min(BodyFile.PIECE_BYTES, bytes.readableBytes())));
    }
    bytes.release();
    return slices;
  }

  private Mono<Void> discard(Download download) {
    return Mono.<Void>fromRunnable(download::discard).subscribeOn(scheduler);
  }

  /** One body on its way to its file. Locked, because a cancel may come at any time. */
  private static final class Download {

    private final Path directory;
    private final Path target;

    private @Nullable Path temporary;
    private volatile @Nullable BodyFile file;
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

    /** Takes a buffer and hands on what became full, on the thread that the body comes on. */
    void add(ByteBuf bytes, SynchronousSink<List<Piece>> sink) {
      try {
        List<Piece> full = requireFile().add(bytes);
        if (!full.isEmpty()) {
          sink.next(full);
        }
      } catch (IOException e) {
        sink.error(e);
      } finally {
        bytes.release();
      }
    }

    void write(List<Piece> pieces) {
      try {
        BodyFile out = requireFile();
        for (Piece piece : pieces) {
          out.write(piece);
        }
      } catch (IOException e) {
        throw new RaftwireException(
            "cannot write snapshot " + temporary + ": " + e.getMessage(), e);
      }
    }

    private BodyFile requireFile() throws IOException {
      BodyFile out = file;
      if (discarded || out == null) {
        throw new IOException("the snapshot was given up");
      }
      return out;
    }

    synchronized long finish() throws IOException {
      BodyFile out = requireFile();
      long bytes = out.finish();
      out.close();
      Files.move(
          Objects.requireNonNull(temporary),
          target,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      syncParent(target);
      return bytes;
    }

    synchronized void discard() {
      discarded = true;
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
  }
}
