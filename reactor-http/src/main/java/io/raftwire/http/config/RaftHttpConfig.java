// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.SnapshotStore;
import io.raftwire.TransportRecorder;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/** Everything a transport is made from; immutable, and free to be shared. */
public final class RaftHttpConfig {

  private final MemberId id;
  private final ClusterId clusterId;
  private final @Nullable PeerUrls listenUrls;
  private final @Nullable PeerUrls advertisedUrls;
  private final SnapshotStore snapshotStore;
  private final TransportRecorder recorder;
  private final @Nullable PeerTls tls;
  private final Limits limits;
  private final Timeouts timeouts;
  private final ProtocolVersion serverVersion;
  private final ProtocolVersion minClusterVersion;
  private final @Nullable LoopResources loopResources;
  private final ByteBufAllocator allocator;

  private RaftHttpConfig(Builder builder) {
    this.id = builder.id;
    this.clusterId = builder.clusterId;
    this.listenUrls = builder.listenUrls;
    this.advertisedUrls =
        builder.advertisedUrls == null ? builder.listenUrls : builder.advertisedUrls;
    this.snapshotStore = builder.snapshotStore;
    this.recorder = builder.recorder;
    this.tls = builder.tls;
    this.limits = builder.limits;
    this.timeouts = builder.timeouts;
    this.serverVersion = builder.serverVersion;
    this.minClusterVersion = builder.minClusterVersion;
    this.loopResources = builder.loopResources;
    this.allocator = builder.allocator;
  }

  /**
   * Begins a configuration with what has no default.
   *
   * @throws IllegalArgumentException if the member id is 0, which rafthttp keeps for nobody
   */
  public static Builder builder(MemberId id, ClusterId clusterId) {
    if (id.value() == 0) {
      throw new IllegalArgumentException("member id: 0 (expected: any other)");
    }
    return new Builder(id, clusterId);
  }

  /** This member's id, never 0. */
  public MemberId id() {
    return id;
  }

  /** The cluster's id. */
  public ClusterId clusterId() {
    return clusterId;
  }

  /** Where to listen; null to listen nowhere, for a transport mounted on another server. */
  public @Nullable PeerUrls listenUrls() {
    return listenUrls;
  }

  /** What peers are told to dial ({@code X-PeerURLs}); null tells them nothing. */
  public @Nullable PeerUrls advertisedUrls() {
    return advertisedUrls;
  }

  /** Where received snapshot bodies go. */
  public SnapshotStore snapshotStore() {
    return snapshotStore;
  }

  /** Where figures go; what the given recorder throws is logged and goes no further. */
  public TransportRecorder recorder() {
    return recorder;
  }

  /** TLS, if any URL is {@code https}. */
  public @Nullable PeerTls tls() {
    return tls;
  }

  /** The bounds. */
  public Limits limits() {
    return limits;
  }

  /** The times. */
  public Timeouts timeouts() {
    return timeouts;
  }

  /** The version this member says it has ({@code X-Server-Version}). */
  public ProtocolVersion serverVersion() {
    return serverVersion;
  }

  /** The lowest version this member talks to ({@code X-Min-Cluster-Version}). */
  public ProtocolVersion minClusterVersion() {
    return minClusterVersion;
  }

  /** The event loops to run on; null to make some and end them on stop. */
  public @Nullable LoopResources loopResources() {
    return loopResources;
  }

  /** Where the buffers of connections come from. */
  public ByteBufAllocator allocator() {
    return allocator;
  }

  /** Sets what has a default. */
  public static final class Builder {

    private final MemberId id;
    private final ClusterId clusterId;
    private @Nullable PeerUrls listenUrls;
    private @Nullable PeerUrls advertisedUrls;
    private SnapshotStore snapshotStore = SnapshotStore.refusing();
    private TransportRecorder recorder = TransportRecorder.noop();
    private @Nullable PeerTls tls;
    private Limits limits = Limits.DEFAULTS;
    private Timeouts timeouts = Timeouts.DEFAULTS;
    private ProtocolVersion serverVersion = ProtocolVersion.CURRENT;
    private ProtocolVersion minClusterVersion = ProtocolVersion.MIN_CLUSTER;
    private @Nullable LoopResources loopResources;
    // Netty's default, the adaptive one, makes new memory for many buffers as large as ours, and
    // clearing it was a twentieth of a sender's samples.
    private ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;

    private Builder(MemberId id, ClusterId clusterId) {
      this.id = Objects.requireNonNull(id, "id");
      this.clusterId = Objects.requireNonNull(clusterId, "clusterId");
    }

    /** Where to listen. Without any the transport is reached through its routes only. */
    public Builder listenUrls(PeerUrls urls) {
      this.listenUrls = Objects.requireNonNull(urls, "urls");
      return this;
    }

    /** What peers are told to dial. Default: the listen URLs. */
    public Builder advertisedUrls(PeerUrls urls) {
      this.advertisedUrls = Objects.requireNonNull(urls, "urls");
      return this;
    }

    /** Where received snapshot bodies go. Default: they are refused. */
    public Builder snapshotStore(SnapshotStore store) {
      this.snapshotStore = Objects.requireNonNull(store, "store");
      return this;
    }

    /** Where figures go. Default: nowhere. */
    public Builder recorder(TransportRecorder recorder) {
      this.recorder = TransportRecorder.contained(Objects.requireNonNull(recorder, "recorder"));
      return this;
    }

    /** TLS for {@code https} URLs. */
    public Builder tls(PeerTls tls) {
      this.tls = Objects.requireNonNull(tls, "tls");
      return this;
    }

    /** Changes bounds, starting from those set so far. */
    public Builder limits(UnaryOperator<Limits.Builder> change) {
      this.limits = change.apply(limits.toBuilder()).build();
      return this;
    }

    /** Changes times, starting from those set so far. */
    public Builder timeouts(UnaryOperator<Timeouts.Builder> change) {
      this.timeouts = change.apply(timeouts.toBuilder()).build();
      return this;
    }

    /** The version to claim. Default {@link ProtocolVersion#CURRENT}. */
    public Builder serverVersion(ProtocolVersion version) {
      this.serverVersion = Objects.requireNonNull(version, "version");
      return this;
    }

    /** The lowest version to talk to. Default {@link ProtocolVersion#MIN_CLUSTER}. */
    public Builder minClusterVersion(ProtocolVersion version) {
      this.minClusterVersion = Objects.requireNonNull(version, "version");
      return this;
    }

    /**
     * The event loops to run on, which stay the caller's to end, after the transport has stopped:
     * until then a thread that sends may be writing to one of their connections. Default: a set of
     * the transport's own, one loop for every second processor.
     */
    public Builder loopResources(LoopResources loopResources) {
      this.loopResources = Objects.requireNonNull(loopResources, "loopResources");
      return this;
    }

    /**
     * Where the buffers of connections come from, but for those of a server that routes are mounted
     * on. Default: {@link PooledByteBufAllocator#DEFAULT}.
     */
    public Builder allocator(ByteBufAllocator allocator) {
      this.allocator = Objects.requireNonNull(allocator, "allocator");
      return this;
    }

    /**
     * The configuration.
     *
     * @throws IllegalArgumentException if a listen URL needs TLS that is not there
     */
    public RaftHttpConfig build() {
      List<URI> listen = listenUrls == null ? List.of() : listenUrls.urls();
      for (URI url : listen) {
        if (url.getScheme().equals("https") && (tls == null || tls.server() == null)) {
          throw new IllegalArgumentException(
              "listen URL: " + url + " (expected: http, or TLS with a server certificate)");
        }
      }
      return new RaftHttpConfig(this);
    }
  }
}
