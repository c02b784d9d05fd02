// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.node;

import io.raftwire.PeerUrls;
import io.raftwire.examples.learner.cluster.Identity;
import io.raftwire.http.config.PeerTls;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a learner is made from.
 *
 * @param name what to be called in the member list; null to publish nothing
 * @param keepEntries how many committed entries the log keeps for those who read from further back
 * @param keepSnapshots how many snapshots, at least 1
 * @param tls for https peer URLs, and the plain questions to members; null for none
 * @param dialled from a member's URLs to those it is reached at from here
 */
public record LearnerConfig(
    Path dataDir,
    Identity identity,
    PeerUrls listenUrls,
    @Nullable String name,
    long keepEntries,
    int keepSnapshots,
    @Nullable PeerTls tls,
    UnaryOperator<PeerUrls> dialled) {

  /** How many entries are kept unless told otherwise. */
  public static final long DEFAULT_KEEP_ENTRIES = 100_000;

  /** How many snapshots are kept unless told otherwise. */
  public static final int DEFAULT_KEEP_SNAPSHOTS = 3;

  /** With defaults and without TLS. */
  public static LearnerConfig of(Path dataDir, Identity identity, PeerUrls listenUrls) {
    return new LearnerConfig(
        dataDir,
        identity,
        listenUrls,
        null,
        DEFAULT_KEEP_ENTRIES,
        DEFAULT_KEEP_SNAPSHOTS,
        null,
        UnaryOperator.identity());
  }

  /** The same with another way to reach the members. */
  public LearnerConfig dialling(UnaryOperator<PeerUrls> otherDialled) {
    return new LearnerConfig(
        dataDir, identity, listenUrls, name, keepEntries, keepSnapshots, tls, otherDialled);
  }
}
