// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What an application would keep, and here is only in the way of the next one. */
public final class SavedSnapshot {

  private SavedSnapshot() {}

  /**
   * Deletes a snapshot's file. The directory is synced, so that the file system gives its blocks
   * back now, and not while the next one is written.
   */
  public static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
    Path directory = file.getParent();
    if (directory != null) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }
}
