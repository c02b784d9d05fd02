// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.raftwire.MemberId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A member's directory: who it is ({@code member.json}), its log ({@code raft.sqlite}), and who was
 * removed ({@code removed.json}). One process at a time; every method blocks on the disk.
 */
final class DataDir implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path directory;
  private final FileChannel lockFile;
  private final FileLock lock;

  private DataDir(Path directory, FileChannel lockFile, FileLock lock) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Who the member is.
   *
   * @param run how many times it was started
   */
  record Identity(
      @JsonProperty("clusterId") String clusterId,
      @JsonProperty("memberId") String memberId,
      @JsonProperty("name") String name,
      @JsonProperty("run") long run) {

    Identity nextRun() {
      return new Identity(clusterId, memberId, name, run + 1);
    }
  }

  /**
   * Opens a directory, created if it is missing.
   *
   * @throws StartupException if another process has it, or it cannot be used
   */
  @SuppressWarnings("resource") // The lock is kept until close.
  static DataDir open(Path directory) {
    try {
      Files.createDirectories(directory);
      FileChannel lockFile =
          FileChannel.open(
              directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock;
      try {
        lock = lockFile.tryLock();
      } catch (OverlappingFileLockException e) {
        lock = null;
      }
      if (lock == null) {
        lockFile.close();
        throw new StartupException(
            "--data-dir "
                + directory
                + ": another process uses it (expected: a directory of its own"
                + " for each member, or that the earlier process has ended)");
      }
      deleteOldLibraries(directory);
      return new DataDir(directory, lockFile, lock);
    } catch (IOException e) {
      throw new StartupException(
          "--data-dir " + directory + ": " + e + " (expected: a directory that can be written)", e);
    }
  }

  // What the SQLite driver unpacked for a run that was killed.
  private static void deleteOldLibraries(Path directory) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "sqlite-*sqlitejdbc*")) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
    }
  }

  Path sqlite() {
    return directory.resolve("raft.sqlite");
  }

  Optional<Identity> identity() throws IOException {
    Path file = directory.resolve("member.json");
    return Files.exists(file)
        ? Optional.of(JSON.readValue(Files.readAllBytes(file), Identity.class))
        : Optional.empty();
  }

  void identity(Identity identity) throws IOException {
    replace("member.json", JSON.writeValueAsBytes(identity));
  }

  Set<MemberId> removed() throws IOException {
    Path file = directory.resolve("removed.json");
    if (!Files.exists(file)) {
      return new TreeSet<>();
    }
    String[] ids = JSON.readValue(Files.readAllBytes(file), String[].class);
    return List.of(ids).stream()
        .map(MemberId::parse)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  void removed(Set<MemberId> ids) throws IOException {
    replace("removed.json", JSON.writeValueAsBytes(ids.stream().map(MemberId::toString).toList()));
  }

  @Override
  public void close() throws IOException {
    lock.release();
    lockFile.close();
  }

  private void replace(String name, byte[] content) throws IOException {
    Path temporary = directory.resolve(name + ".tmp");
    try (FileChannel file =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
      file.force(true);
    }
    Files.move(
        temporary,
        directory.resolve(name),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }
}
