// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.SnapshotStore;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The databases that come with snapshots, as files that etcd's tools take for {@code etcdctl
 * snapshot save}'s: what travels between members is the bare database, a saved snapshot has its
 * SHA-256 behind it, which {@code snapshot restore} checks.
 */
final class SnapshotFiles implements SnapshotStore {

  private static final Logger log = LoggerFactory.getLogger(SnapshotFiles.class);

  private final Path directory;
  private final DirectorySnapshotStore files;

  private SnapshotFiles(Path directory, DirectorySnapshotStore files) {
    this.directory = directory;
    this.files = files;
  }

  /** Opens the directory, which is created if it is missing. Blocks. */
  static SnapshotFiles open(Path directory) throws IOException {
    return new SnapshotFiles(directory, DirectorySnapshotStore.open(directory));
  }

  /** The file of the snapshot at an index, whether or not it is there. */
  Path file(long index) {
    return files.file(index);
  }

  /** The size of the file of the snapshot at an index; 0 if there is none. Blocks. */
  long size(long index) {
    try {
      return Files.size(file(index));
    } catch (IOException e) {
      return 0;
    }
  }

  @Override
  public Mono<Long> save(Message snapshot, Flux<ByteBuf> body) {
    return Mono.defer(
        () -> {
          MessageDigest digest = sha256();
          return files.save(
              snapshot,
              body.publishOn(Schedulers.boundedElastic(), 16)
                  .doOnNext(bytes -> update(digest, bytes))
                  .doOnDiscard(ByteBuf.class, ByteBuf::release)
                  .concatWith(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(digest.digest()))));
        });
  }

  private static void update(MessageDigest digest, ByteBuf bytes) {
    for (ByteBuffer part : bytes.nioBuffers()) {
      digest.update(part);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Deletes all files but those of the snapshots at these indexes and later ones. Blocks. */
  void keep(Collection<Long> indexes) {
    Set<Path> kept = new HashSet<>();
    long newest = 0;
    for (long index : indexes) {
      kept.add(file(index));
      newest = Math.max(newest, index);
    }
    String newestName = String.valueOf(file(newest).getFileName());
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, "*.snap.db")) {
      for (Path file : all) {
        boolean older = String.valueOf(file.getFileName()).compareTo(newestName) < 0;
        if (older && !kept.contains(file)) {
          Files.deleteIfExists(file);
          log.info("deleted the old snapshot {}", file);
        }
      }
    } catch (IOException e) {
      log.warn("old snapshots cannot be deleted: {}", e.getMessage());
    }
  }
}
