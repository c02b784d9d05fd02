// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.page;

import io.microraft.report.RaftNodeReport;
import io.raftwire.MemberId;
import io.raftwire.examples.kv.Version;
import io.raftwire.examples.kv.meters.NodeMeters;
import io.raftwire.examples.kv.node.KvNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes samples: what the meters say now, and how that differs from the last time. One thread. */
final class Sampler {

  private final KvNode node;
  private final NodeMeters meters;
  private final Faults faults;
  private final EventLog events;
  private final Neighbours neighbours;
  private final Map<MemberId, String> names;
  private final long everyMillis;
  private final String run = Long.toHexString(System.nanoTime() ^ System.currentTimeMillis());

  private final Map<String, Double> roundTrips = new HashMap<>();
  private final Map<MemberId, Long> lostAt = new HashMap<>();
  private Readings last = new Readings(List.of());
  private long lastNanos = System.nanoTime();
  private long seq;
  private @Nullable Set<MemberId> lastMembers;
  private Set<MemberId> lastCut = Set.of();
  private Optional<MemberId> lastLeader = Optional.empty();
  private int lastTerm;

  /**
   * A sampler of one member.
   *
   * @param names of members; it adds those it sees, and names outlive their members
   */
  Sampler(
      KvNode node,
      NodeMeters meters,
      Faults faults,
      EventLog events,
      Neighbours neighbours,
      Map<MemberId, String> names,
      long everyMillis) {
    this.node = node;
    this.meters = meters;
    this.faults = faults;
    this.events = events;
    this.neighbours = neighbours;
    this.names = names;
    this.everyMillis = everyMillis;
  }

  /** The next sample. */
  Sample take() {
    Readings now = new Readings(meters.all());
    long nanos = System.nanoTime();
    double seconds = Math.max(1e-3, (nanos - lastNanos) / 1e9);
    RaftNodeReport report = node.report();
    List<KvNode.MemberView> views = node.members();
    Set<MemberId> cut = faults.cut();
    Optional<MemberId> leader = node.leader();
    tellChanges(views, cut, leader, report.getTerm().getTerm());
    List<Sample.Member> members = new ArrayList<>();
    for (KvNode.MemberView view : views) {
      members.add(
          new Sample.Member(
              view.id().toString(),
              view.name(),
              view.leader() ? "leader" : view.voting() ? "follower" : "learner",
              view.self(),
              view.clientUrls(),
              view.peerUrls(),
              view.self() ? null : link(view, cut.contains(view.id()), now, seconds),
              neighbours.links(view.id())));
    }
    Sample sample =
        new Sample(
            run,
            ++seq,
            System.currentTimeMillis(),
            everyMillis,
            faults.allowed(),
            new Sample.Self(
                node.id().toString(),
                node.config().name(),
                node.clusterId().toString(),
                Version.text(),
                report.getRole().name().toLowerCase(Locale.ROOT),
                report.getStatus().name().toLowerCase(Locale.ROOT),
                report.getTerm().getTerm(),
                leader.map(MemberId::toString).orElse(null),
                report.getLog().getCommitIndex(),
                node.appliedIndex(),
                node.startedAt().toEpochMilli()),
            members,
            events.takeFresh());
    last = now;
    lastNanos = nanos;
    return sample;
  }

  /** What a chart needs of a sample. */
  static Sample.Point point(Sample sample) {
    List<Sample.PeerPoint> links = new ArrayList<>();
    for (Sample.Member member : sample.members()) {
      Sample.Link link = member.link();
      if (link != null) {
        links.add(
            new Sample.PeerPoint(
                member.id(),
                link.channels().stream().map(each -> each.sent().messageRate()).toList(),
                link.channels().stream().map(each -> each.received().messageRate()).toList(),
                link.rtt(),
                link.queueMessages()));
      }
    }
    return new Sample.Point(sample.at(), links);
  }

  private Sample.Link link(
      KvNode.MemberView view, boolean isCut, Readings readings, double seconds) {
    String id = view.id().toString();
    Readings.Peer now = readings.peer(id);
    Readings.Peer before = last.peer(id);
    if (now.probes > before.probes) {
      roundTrips.put(
          id, thousandths((now.probeMillis - before.probeMillis) / (now.probes - before.probes)));
    }
    List<Sample.Channel> channels = new ArrayList<>();
    for (String name : Readings.CHANNELS) {
      Readings.Channel each = now.channel(name);
      Readings.Channel old = before.channel(name);
      channels.add(
          new Sample.Channel(
              name,
              traffic(each.sent, old.sent, seconds),
              traffic(each.received, old.received, seconds),
              each.queueMessages,
              each.queueBytes,
              each.sendFailures,
              each.receiveFailures));
    }
    boolean active = view.activeSince().isPresent();
    if (active) {
      lostAt.remove(view.id());
    } else {
      lostAt.putIfAbsent(view.id(), System.currentTimeMillis());
    }
    return new Sample.Link(
        active,
        isCut,
        view.activeSince().map(since -> (Long) since.toEpochMilli()).orElse(lostAt.get(view.id())),
        active ? null : events.failure(view.id()),
        roundTrips.get(id),
        now.clockMillis == null ? null : thousandths(now.clockMillis),
        now.queueMessages(),
        now.queueBytes(),
        now.dropped(),
        rate(now.dropped(), before.dropped(), seconds),
        now.drops.stream().filter(drop -> drop.messages() > 0).toList(),
        channels);
  }

  private void tellChanges(
      List<KvNode.MemberView> views, Set<MemberId> cut, Optional<MemberId> leader, int term) {
    Set<MemberId> members = new HashSet<>();
    for (KvNode.MemberView view : views) {
      members.add(view.id());
      names.put(view.id(), view.name());
    }
    Set<MemberId> before = lastMembers;
    if (before != null) {
      for (MemberId id : members) {
        if (!before.contains(id)) {
          events.add("info", id, name(id) + " is a member now");
        }
      }
      for (MemberId id : before) {
        if (!members.contains(id)) {
          events.add("info", id, name(id) + " is no member any more");
        }
      }
      roundTrips.keySet().retainAll(members.stream().map(MemberId::toString).toList());
      lostAt.keySet().retainAll(members);
    }
    lastMembers = members;
    if (!leader.equals(lastLeader) || (leader.isPresent() && term != lastTerm)) {
      if (leader.isPresent()) {
        events.add("good", leader.get(), name(leader.get()) + " leads in term " + term);
      } else {
        events.add("bad", null, "there is no leader");
      }
    }
    lastLeader = leader;
    lastTerm = term;
    for (MemberId id : cut) {
      if (!lastCut.contains(id)) {
        events.add("warn", id, "the link to " + name(id) + " was cut by hand");
      }
    }
    for (MemberId id : lastCut) {
      if (!cut.contains(id)) {
        events.add("good", id, "the link to " + name(id) + " was mended");
      }
    }
    lastCut = cut;
  }

  private String name(MemberId id) {
    return names.getOrDefault(id, id.toString());
  }

  private static Sample.Traffic traffic(Readings.Count now, Readings.Count before, double seconds) {
    return new Sample.Traffic(
        now.messages,
        now.bytes,
        rate(now.messages, before.messages, seconds),
        rate(now.bytes, before.bytes, seconds));
  }

  // A peer that was removed and added anew counts from zero.
  private static double rate(long now, long before, double seconds) {
    return Math.round((now >= before ? now - before : now) / seconds * 10) / 10.0;
  }

  private static double thousandths(double value) {
    return Math.round(value * 1000) / 1000.0;
  }
}
