// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import io.raftwire.PeerUrls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a data directory's learner gets into the cluster and out of it again. Blocks. */
public final class Enrolment {

  private static final Logger log = LoggerFactory.getLogger(Enrolment.class);

  // A cluster that has just started, or lost a member, takes no new one for 5 s.
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final EtcdApi api;
  private final Path dataDir;

  /** For one data directory. */
  public Enrolment(EtcdApi api, Path dataDir) {
    this.api = api;
    this.dataDir = dataDir;
  }

  /**
   * The learner's identity; it is added to the cluster if it is not in it yet. With other URLs than
   * before it is still known at those, until it is {@linkplain #move moved}.
   *
   * @param urls what the members are told to dial
   * @param initial gets the membership to start from, before the identity is final
   */
  public Identity join(PeerUrls urls, Consumer<Membership> initial) {
    Optional<Identity> known = Identity.read(dataDir);
    if (known.isPresent() && known.get().state() == Identity.State.LEFT) {
      throw new ClusterException(
          "data directory: "
              + dataDir
              + " (expected: another one; its member "
              + known.get().memberId()
              + " was removed from the cluster, and ids are not used twice)");
    }
    if (known.isPresent() && known.get().state() == Identity.State.MEMBER) {
      return known.get();
    }
    boolean interrupted = known.isPresent() && known.get().urls().equals(urls);
    EtcdApi.Status status = api.status();
    Optional<Member> self = interrupted ? find(urls) : Optional.empty();
    Identity.joining(urls).write(dataDir);
    EtcdApi.Added added =
        self.isPresent() ? new EtcdApi.Added(self.get().id(), api.list()) : add(urls);
    initial.accept(Membership.of(added.cluster().members(), status.raftIndex()));
    log.info("joined cluster {} as learner {}", added.cluster().id(), added.id());
    return new Identity(Identity.State.MEMBER, added.id(), added.cluster().id(), urls)
        .write(dataDir);
  }

  /** Tells the cluster if the members are to dial other URLs than before. */
  public void move(PeerUrls urls) {
    Identity known = Identity.read(dataDir).orElseThrow();
    if (!known.urls().equals(urls)) {
      log.info("moving from {} to {}", known.urls(), urls);
      api.move(known.memberId(), urls);
      known.with(urls).write(dataDir);
    }
  }

  private Optional<Member> find(PeerUrls urls) {
    return api.list().members().stream()
        .filter(member -> member.learner() && member.name().isEmpty())
        .filter(member -> member.dialled().map(urls::equals).orElse(false))
        .findFirst();
  }

  private EtcdApi.Added add(PeerUrls urls) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return api.addLearner(urls);
      } catch (ClusterException e) {
        if (!isTransient(e) || System.nanoTime() - deadline > 0) {
          throw new ClusterException(hint(e, urls), e);
        }
        log.info("waiting to be added: {}", e.getMessage());
      }
      pause();
    }
  }

  private static boolean isTransient(ClusterException failure) {
    String message = String.valueOf(failure.getMessage());
    return List.of("unhealthy cluster", "no leader", "timed out", "leader changed", "not enough")
        .stream()
        .anyMatch(message::contains);
  }

  private static String hint(ClusterException refusal, PeerUrls urls) {
    String message = String.valueOf(refusal.getMessage());
    if (message.contains("too many learner")) {
      return message + " (expected: room for one; see etcd's --max-learners, 1 by default)";
    }
    if (message.contains("Peer URLs already exists") || message.contains("peerURL exists")) {
      return message
          + ": "
          + urls
          + " (expected: URLs no member has; if it is this learner without its data directory,"
          + " remove it first: etcdctl member remove)";
    }
    return message;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClusterException("interrupted while joining", e);
    }
  }

  /** Removes the data directory's member from the cluster. */
  public Identity leave() {
    Identity identity =
        Identity.read(dataDir)
            .filter(known -> known.state() != Identity.State.JOINING)
            .orElseThrow(
                () ->
                    new ClusterException(
                        "data directory: "
                            + dataDir
                            + " (expected: that of a learner that has joined)"));
    if (identity.state() == Identity.State.MEMBER) {
      try {
        api.remove(identity.memberId());
      } catch (ClusterException e) {
        if (!String.valueOf(e.getMessage()).contains("member not found")) {
          throw e;
        }
        log.info("member {} had been removed before", identity.memberId());
      }
    }
    return identity.with(Identity.State.LEFT).write(dataDir);
  }
}
