// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import io.raftwire.MemberId;
import io.raftwire.examples.kv.node.KvNode;
import io.raftwire.examples.kv.node.RequestException;
import java.util.Set;
import java.util.TreeSet;

/** Links cut and mended by hand, if the member was started so that they may be. Any thread. */
public final class Faults {

  private final KvNode node;
  private final boolean allowed;

  // Guarded by this, so that what is shown is what the transport was told last.
  private final Set<MemberId> cut = new TreeSet<>();

  /**
   * The faults of one member.
   *
   * @param allowed whether it was started with {@code --allow-faults}
   */
  public Faults(KvNode node, boolean allowed) {
    this.node = node;
    this.allowed = allowed;
  }

  /** Whether links may be cut at all. */
  public boolean allowed() {
    return allowed;
  }

  /**
   * Fails unless faults are allowed.
   *
   * @throws RequestException naming the option
   */
  public void requireAllowed() {
    if (!allowed) {
      throw new RequestException(
          403, "faults: not allowed here (expected: a member started with --allow-faults)");
    }
  }

  /**
   * Drops everything to and from a peer, or ends that; may be repeated.
   *
   * @throws RequestException if that is not allowed, or there is no such peer
   */
  public synchronized void set(MemberId peer, boolean isCut) {
    requireAllowed();
    if (peer.equals(node.id())) {
      throw new RequestException(400, "peer: " + peer + " is this member (expected: another)");
    }
    if (node.members().stream().noneMatch(member -> member.id().equals(peer))) {
      throw new RequestException(
          404, "peer: " + peer + " is no member (expected: an id that GET /members shows)");
    }
    if (isCut) {
      node.cut(peer);
      cut.add(peer);
    } else {
      node.mend(peer);
      cut.remove(peer);
    }
  }

  /** The peers whose links are cut here. */
  public synchronized Set<MemberId> cut() {
    // A removed member's link is gone, and one added anew is whole.
    cut.retainAll(node.members().stream().map(KvNode.MemberView::id).toList());
    return new TreeSet<>(cut);
  }
}
