// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import io.raftwire.LinkFailure;
import io.raftwire.MemberId;
import io.raftwire.TransportEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last things that happened, in words. Drops come by the thousand, so those of a kind are told
 * together and at most every few seconds. Any thread.
 */
final class EventLog {

  /** How many are kept. */
  static final int KEPT = 100;

  private static final long MERGE_MILLIS = 5000;

  private final Function<MemberId, String> names;
  private final LongSupplier clock;

  // All guarded by this.
  private final ArrayDeque<Sample.Event> kept = new ArrayDeque<>();
  private final List<Sample.Event> fresh = new ArrayList<>();
  private final Map<DropKind, Drops> drops = new HashMap<>();
  private final Map<MemberId, String> failures = new HashMap<>();
  private long lastId;

  private record DropKind(MemberId peer, String channel, String reason) {}

  private static final class Drops {

    long messages;
    long toldAt;
  }

  /**
   * An empty log.
   *
   * @param names of members
   * @param clock milliseconds since 1970
   */
  EventLog(Function<MemberId, String> names, LongSupplier clock) {
    this.names = names;
    this.clock = clock;
  }

  /** Adds what the transport told. */
  synchronized void happened(TransportEvent event) {
    MemberId peer = event.peer();
    if (event instanceof TransportEvent.PeerActive active) {
      failures.remove(peer);
      add("good", peer, name(peer) + " is active, over " + active.channel().label());
    } else if (event instanceof TransportEvent.PeerInactive inactive) {
      failures.put(peer, why(inactive.cause()));
      add("bad", peer, name(peer) + " is inactive: " + why(inactive.cause()));
    } else if (event instanceof TransportEvent.PeerUnreachable unreachable) {
      // While it is inactive this is what the last dial met, and worth no line of its own.
      failures.put(peer, why(unreachable.cause()));
    } else if (event instanceof TransportEvent.MessagesDropped dropped) {
      drops.computeIfAbsent(
                  new DropKind(peer, dropped.channel().label(), dropped.reason().label()),
                  kind -> new Drops())
              .messages +=
          dropped.messages();
    } else if (event instanceof TransportEvent.SnapshotFinished finished) {
      add(
          "good",
          peer,
          "snapshot %s for %s: %d bytes in %d ms"
              .formatted(
                  Long.toUnsignedString(finished.index()),
                  name(peer),
                  finished.bytes(),
                  finished.took().toMillis()));
    } else if (event instanceof TransportEvent.SnapshotFailed failed) {
      add("bad", peer, "snapshot for " + name(peer) + " failed: " + why(failed.cause()));
    } else if (event instanceof TransportEvent.MemberRemoved) {
      add("bad", peer, name(peer) + " says that this member was removed from the cluster");
    } else if (event instanceof TransportEvent.ClusterIdMismatch mismatch) {
      add("bad", peer, name(peer) + " belongs to cluster " + mismatch.remote());
    } else if (event instanceof TransportEvent.IncompatibleVersion incompatible) {
      add("bad", peer, name(peer) + ": " + incompatible.detail());
    } else if (event instanceof TransportEvent.ClockDrift drift) {
      add(
          "warn",
          peer,
          "the clock of %s differs by %d ms".formatted(name(peer), drift.difference().toMillis()));
    }
  }

  /** Adds something else. */
  synchronized void add(String level, @Nullable MemberId peer, String text) {
    Sample.Event event =
        new Sample.Event(
            ++lastId, clock.getAsLong(), level, peer == null ? null : peer.toString(), text);
    kept.addLast(event);
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
    fresh.add(event);
    if (fresh.size() > KEPT) {
      fresh.remove(0);
    }
  }

  /** Why a peer was last found unreachable, if it was and is not active. */
  synchronized @Nullable String failure(MemberId peer) {
    return failures.get(peer);
  }

  /** What came since this was last asked for. */
  synchronized List<Sample.Event> takeFresh() {
    long now = clock.getAsLong();
    for (Iterator<Map.Entry<DropKind, Drops>> all = drops.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<DropKind, Drops> each = all.next();
      Drops of = each.getValue();
      if (now - of.toldAt < MERGE_MILLIS) {
        continue;
      }
      if (of.messages == 0) {
        all.remove();
        continue;
      }
      DropKind kind = each.getKey();
      add(
          "warn",
          kind.peer,
          "dropped %d %s of %s on %s: %s"
              .formatted(
                  of.messages,
                  of.messages == 1 ? "message" : "messages",
                  name(kind.peer),
                  kind.channel,
                  kind.reason));
      of.messages = 0;
      of.toldAt = now;
    }
    List<Sample.Event> taken = List.copyOf(fresh);
    fresh.clear();
    return taken;
  }

  /** All that are kept, the oldest first. */
  synchronized List<Sample.Event> all() {
    return List.copyOf(kept);
  }

  private String name(MemberId id) {
    return names.apply(id);
  }

  private static String why(LinkFailure cause) {
    return cause.toString();
  }
}
