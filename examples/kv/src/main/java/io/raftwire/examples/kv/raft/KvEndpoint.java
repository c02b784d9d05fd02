// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import io.microraft.RaftEndpoint;
import io.raftwire.MemberId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A member as MicroRaft knows it. The log's membership entries carry it, peer URLs included, so
 * that whoever applies one knows how to reach a new member. Only the id makes it what it is: the
 * sender of a message is known by nothing else.
 */
public final class KvEndpoint implements RaftEndpoint {

  private final MemberId id;
  private final String name;
  private final List<String> peerUrls;

  /** An endpoint with all that is known of it. */
  public KvEndpoint(MemberId id, String name, List<String> peerUrls) {
    this.id = id;
    this.name = name;
    this.peerUrls = List.copyOf(peerUrls);
  }

  /** An endpoint of which nothing but the id is known. */
  public static KvEndpoint ofId(MemberId id) {
    return new KvEndpoint(id, "", List.of());
  }

  /** MicroRaft's view of this program's only kind of endpoint. */
  public static KvEndpoint of(RaftEndpoint endpoint) {
    return (KvEndpoint) endpoint;
  }

  @Override
  public MemberId getId() {
    return id;
  }

  /** The member's id. */
  public MemberId id() {
    return id;
  }

  /** Its name; empty if unknown. */
  public String name() {
    return name;
  }

  /** Where its peers dial it; empty if unknown. */
  public List<String> peerUrls() {
    return peerUrls;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KvEndpoint that && id.equals(that.id);
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }

  @Override
  public String toString() {
    return name.isEmpty() ? id.toString() : name + "(" + id + ")";
  }
}
