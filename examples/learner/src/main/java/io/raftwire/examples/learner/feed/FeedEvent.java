// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One thing that happened in the cluster's log, in its order. */
public sealed interface FeedEvent {

  /** The position in the log, unsigned. */
  long index();

  /** The term of the entry at the index, unsigned. */
  long term();

  /**
   * A committed entry.
   *
   * @param bytes the size of its data
   */
  record Committed(long index, long term, int bytes, Content content) implements FeedEvent {}

  /**
   * The leader sent a snapshot because its log does not reach back far enough: it stands for all
   * entries up to the index that were not seen.
   *
   * @param file the database that came with it; null if it is not kept any more
   * @param bytes the file's size
   */
  record Snapshot(long index, long term, @Nullable Path file, long bytes) implements FeedEvent {}
}
