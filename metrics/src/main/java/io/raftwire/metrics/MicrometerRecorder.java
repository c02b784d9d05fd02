// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.observation.ObservationRegistry;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Records what one transport does as Micrometer meters.
 *
 * <pre>{@code
 * MicrometerRecorder recorder = MicrometerRecorder.builder(registry).build();
 * RaftHttpConfig.builder(id, clusterId).recorder(recorder)...
 * }</pre>
 *
 * The meters of a peer appear when it is added and are removed with it. Transports that share a
 * registry need a recorder each, told apart by {@link Builder#tags}.
 */
public final class MicrometerRecorder implements TransportRecorder, AutoCloseable {

  /** The tag value that stands for everybody who is neither peer nor remote. */
  static final String STRANGER = "stranger";

  private final MeterRegistry registry;
  private final MeterNames names;
  private final Tags tags;
  private final ObservationRegistry observations;
  private final MeterSet common;
  private final TransportMeters transport;
  private final ConcurrentMap<String, MeterSet> peers = new ConcurrentHashMap<>();

  private MicrometerRecorder(Builder builder) {
    this.registry = builder.registry;
    this.names = builder.names;
    this.tags = builder.tags;
    this.observations = builder.observations;
    this.common = new MeterSet(registry, tags);
    this.transport = names.transport(common);
  }

  /** Begins a recorder that registers its meters in the registry given, and in no other. */
  public static Builder builder(MeterRegistry registry) {
    return new Builder(registry);
  }

  /** The vocabulary it speaks. */
  public MeterNames names() {
    return names;
  }

  @Override
  public PeerRecorder peer(MemberId local, MemberId peer) {
    // rafthttp keeps 0 for nobody; etcd itself exposes a series for it, which is a bug.
    return peer.value() == 0
        ? TransportRecorder.noop().peer(local, peer)
        : recorder(local, peer.toString());
  }

  @Override
  public PeerRecorder strangers(MemberId local) {
    return recorder(local, STRANGER);
  }

  private PeerRecorder recorder(MemberId local, String peer) {
    MeterSet meters = new MeterSet(registry, tags);
    // A peer may come back before the last of it is closed, and that must not take the new meters
    // along: so the old ones go first.
    MeterSet before = peers.put(peer, meters);
    if (before != null) {
      before.close();
    }
    return names.peer(meters, new RequestObserver(observations, peer), local, peer);
  }

  @Override
  public void inboundStallBegan() {
    transport.stallBegan();
  }

  @Override
  public void inboundStalled(Duration stall) {
    transport.stallEnded(stall);
  }

  @Override
  public void certificatesReloaded() {
    transport.certificatesReloaded();
  }

  @Override
  public void certificateReloadFailed() {
    transport.certificateReloadFailed();
  }

  /** Removes every meter it registered. For when the transport has stopped; may be repeated. */
  @Override
  public void close() {
    common.close();
    peers.values().forEach(MeterSet::close);
    peers.clear();
  }

  /** Sets what has a default. */
  public static final class Builder {

    private final MeterRegistry registry;
    private MeterNames names = MeterNames.RAFTWIRE;
    private Tags tags = Tags.empty();
    private ObservationRegistry observations = ObservationRegistry.NOOP;

    private Builder(MeterRegistry registry) {
      this.registry = Objects.requireNonNull(registry, "registry");
    }

    /** The vocabulary. Default {@link MeterNames#RAFTWIRE}. */
    public Builder names(MeterNames names) {
      this.names = Objects.requireNonNull(names, "names");
      return this;
    }

    /**
     * Tags that every meter gets, such as the member's name where several share a registry.
     * Default: none.
     */
    public Builder tags(Iterable<Tag> tags) {
      this.tags = Tags.of(tags);
      return this;
    }

    /**
     * Observes every POST of a message or of a snapshot, so that requests can be traced, see {@link
     * RaftwireObservation}. Default: nothing is observed.
     */
    public Builder observations(ObservationRegistry observations) {
      this.observations = Objects.requireNonNull(observations, "observations");
      return this;
    }

    /** The recorder. */
    public MicrometerRecorder build() {
      return new MicrometerRecorder(this);
    }
  }
}
