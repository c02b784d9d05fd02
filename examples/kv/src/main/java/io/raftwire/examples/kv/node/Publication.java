// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.node;

import io.raftwire.examples.kv.proto.MemberInfo;
import io.raftwire.examples.kv.proto.Operation;
import io.raftwire.examples.kv.proto.Publish;
import io.raftwire.examples.kv.raft.KvEndpoint;
import io.raftwire.examples.kv.store.Applied;
import io.raftwire.examples.kv.store.KvStateMachine;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** How members are reached, told to all through the log; as in etcd, a member does once it runs. */
final class Publication {

  private static final Logger log = LoggerFactory.getLogger(Publication.class);

  private final KvEndpoint self;
  private final MemberInfo own;
  private final Group group;
  private final KvStateMachine store;
  private final Proposals proposals;
  private final ReadBarrier reads;
  private final Membership membership;
  private final Duration timeout;
  private volatile boolean publishing;

  Publication(
      NodeConfig config,
      KvEndpoint self,
      Group group,
      KvStateMachine store,
      Proposals proposals,
      ReadBarrier reads,
      Membership membership) {
    this.self = self;
    this.own = info(self, config.advertiseClientUrls());
    this.group = group;
    this.store = store;
    this.proposals = proposals;
    this.reads = reads;
    this.membership = membership;
    this.timeout = config.limits().requestTimeout();
  }

  /** Tells of a member. */
  Mono<Applied> publish(KvEndpoint member, List<String> clientUrls) {
    return publish(info(member, clientUrls));
  }

  /**
   * Tells of this member, unless the log has it. After a restart it reads first, because the log
   * may say so already. By the timer.
   */
  void tick() {
    if (publishing
        || group.leader().isEmpty()
        || isPublished()
        || !membership.report().getCommittedMembers().getMembers().contains(self)) {
      return;
    }
    publishing = true;
    reads
        .await(timeout)
        .then(Mono.defer(() -> isPublished() ? Mono.<Applied>empty() : publish(own)))
        .doFinally(signal -> publishing = false)
        .subscribe(
            applied ->
                log.info("clients are told to reach {} at {}", self, own.getClientUrlsList()),
            e -> log.debug("could not say where this member is reached: {}", e.getMessage()));
  }

  private boolean isPublished() {
    return store.member(self.id()).filter(own::equals).isPresent();
  }

  private Mono<Applied> publish(MemberInfo info) {
    return proposals.propose(
        Operation.newBuilder().setPublish(Publish.newBuilder().setMember(info)));
  }

  private static MemberInfo info(KvEndpoint member, List<String> clientUrls) {
    return MemberInfo.newBuilder()
        .setId(member.id().value())
        .setName(member.name())
        .addAllPeerUrls(member.peerUrls())
        .addAllClientUrls(clientUrls)
        .build();
  }
}
