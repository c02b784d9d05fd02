// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who this end is and who the others are.
 *
 * @param listen where this end serves
 * @param others whom it talks to, at least one; what an end that only answers sends goes to the
 *     first
 * @param stuck how many of the others, the last ones, are known not to read; what happens to their
 *     messages voids nothing
 * @param tls null for none
 * @param directory where received snapshots go; null if none are expected
 */
public record Link(
    MemberId id,
    PeerUrls listen,
    List<Other> others,
    int stuck,
    ClusterId clusterId,
    @Nullable Tls tls,
    @Nullable Path directory) {

  /** Copies the list. */
  public Link {
    others = List.copyOf(others);
  }

  /** Another end. */
  public record Other(MemberId id, PeerUrls url) {}

  /** PEM files for mutual TLS. */
  public record Tls(Path certificate, Path key, Path trustedCa) {}

  /** How many of the others read. */
  public int reading() {
    return others.size() - stuck;
  }

  /** Whether a member is one that does not read. */
  public boolean isStuck(MemberId member) {
    return others.subList(reading(), others.size()).stream()
        .anyMatch(other -> other.id().equals(member));
  }

  /** The socket address of a URL. */
  public static InetSocketAddress address(PeerUrls url) {
    URI uri = url.urls().get(0);
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }
}
