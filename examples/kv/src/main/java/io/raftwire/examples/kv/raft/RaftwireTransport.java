// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.raft;

import io.microraft.RaftEndpoint;
import io.microraft.model.message.RaftMessage;
import io.microraft.transport.Transport;
import io.raftwire.RaftTransport;
import io.raftwire.SendOutcome;
import io.raftwire.raftpb.Message;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * MicroRaft's transport on Raftwire's. Neither waits: a message that the transport does not take is
 * counted and gone, and raft sends again what matters.
 */
public final class RaftwireTransport implements Transport {

  private static final Logger log = LoggerFactory.getLogger(RaftwireTransport.class);

  private final RaftTransport transport;
  private final MessageMapper mapper;
  private final Map<SendOutcome, LongAdder> outcomes = new EnumMap<>(SendOutcome.class);

  /** An adapter of a transport that the caller starts and stops. */
  public RaftwireTransport(RaftTransport transport, MessageMapper mapper) {
    this.transport = transport;
    this.mapper = mapper;
    for (SendOutcome outcome : SendOutcome.values()) {
      outcomes.put(outcome, new LongAdder());
    }
  }

  @Override
  public void send(RaftEndpoint target, RaftMessage message) {
    Message wire = mapper.toWire(target, message);
    SendOutcome outcome = transport.send(wire);
    counter(outcome).increment();
    if (!outcome.queued()) {
      log.debug("{} to {} was not sent: {}", wire.getType(), target, outcome);
    }
  }

  @Override
  public boolean isReachable(RaftEndpoint endpoint) {
    return transport.activeSince(KvEndpoint.of(endpoint).id()).isPresent();
  }

  /** How often sending ended in an outcome. */
  public long count(SendOutcome outcome) {
    return counter(outcome).sum();
  }

  private LongAdder counter(SendOutcome outcome) {
    return Objects.requireNonNull(outcomes.get(outcome));
  }
}
