// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.time.Duration;

/**
 * When a transport gives up waiting, and how often it tries. No transfer has a total time; what
 * counts is progress.
 */
public final class Timeouts {

  /** The defaults. */
  public static final Timeouts DEFAULTS = new Builder().build();

  private final Duration dial;
  private final Duration handshake;
  private final Duration read;
  private final Duration write;
  private final Duration linkHeartbeat;
  private final Duration redialMin;
  private final Duration redialMax;
  private final Duration laneRetention;
  private final Duration transfer;
  private final Duration probeInterval;
  private final Duration clockDriftWarning;
  private final Duration idleConnection;
  private final Duration drain;

  private Timeouts(Builder builder) {
    this.dial = builder.dial;
    this.handshake = builder.handshake;
    this.read = builder.read;
    this.write = builder.write;
    this.linkHeartbeat = builder.linkHeartbeat;
    this.redialMin = builder.redialMin;
    this.redialMax = builder.redialMax;
    this.laneRetention = builder.laneRetention;
    this.transfer = builder.transfer;
    this.probeInterval = builder.probeInterval;
    this.clockDriftWarning = builder.clockDriftWarning;
    this.idleConnection = builder.idleConnection;
    this.drain = builder.drain;
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.dial = dial;
    builder.handshake = handshake;
    builder.read = read;
    builder.write = write;
    builder.linkHeartbeat = linkHeartbeat;
    builder.redialMin = redialMin;
    builder.redialMax = redialMax;
    builder.laneRetention = laneRetention;
    builder.transfer = transfer;
    builder.probeInterval = probeInterval;
    builder.clockDriftWarning = clockDriftWarning;
    builder.idleConnection = idleConnection;
    builder.drain = drain;
    return builder;
  }

  /** How long making a connection may take. */
  public Duration dial() {
    return dial;
  }

  /** How long a TLS handshake, or the head of a request or response, may take. */
  public Duration handshake() {
    return handshake;
  }

  /** How long a stream may bring nothing. */
  public Duration read() {
    return read;
  }

  /** How long a write may make no progress. */
  public Duration write() {
    return write;
  }

  /** How often a stream's writer sends a link heartbeat. */
  public Duration linkHeartbeat() {
    return linkHeartbeat;
  }

  /** The shortest wait between two dials of a stream. */
  public Duration redialMin() {
    return redialMin;
  }

  /** The longest wait between two dials of a stream. */
  public Duration redialMax() {
    return redialMax;
  }

  /** How long a lane keeps messages without a stream. */
  public Duration laneRetention() {
    return laneRetention;
  }

  /** How long a POST or snapshot may make no progress. */
  public Duration transfer() {
    return transfer;
  }

  /** How often a peer is probed. */
  public Duration probeInterval() {
    return probeInterval;
  }

  /** The clock difference that is reported. */
  public Duration clockDriftWarning() {
    return clockDriftWarning;
  }

  /** How long the listener keeps a connection without a request. */
  public Duration idleConnection() {
    return idleConnection;
  }

  /** How long stopping waits for lanes and answers. */
  public Duration drain() {
    return drain;
  }

  /** Sets each value on its own; every setter checks at once. */
  public static final class Builder {

    private Duration dial = Duration.ofSeconds(2);
    private Duration handshake = Duration.ofSeconds(5);
    private Duration read = Duration.ofSeconds(5);
    private Duration write = Duration.ofSeconds(5);
    private Duration linkHeartbeat = Duration.ofNanos(5_000_000_000L / 3);
    private Duration redialMin = Duration.ofMillis(100);
    private Duration redialMax = Duration.ofSeconds(2);
    private Duration laneRetention = Duration.ofSeconds(5);
    private Duration transfer = Duration.ofSeconds(10);
    private Duration probeInterval = Duration.ofSeconds(4);
    private Duration clockDriftWarning = Duration.ofSeconds(1);
    private Duration idleConnection = Duration.ofSeconds(60);
    private Duration drain = Duration.ofSeconds(1);

    private Builder() {}

    /** How long making a connection may take. Default 2 s. */
    public Builder dial(Duration dial) {
      this.dial = Checks.positive("dial", dial);
      return this;
    }

    /**
     * How long a TLS handshake, the head of a request, or the answer to a stream's request may
     * take. Default 5 s.
     */
    public Builder handshake(Duration handshake) {
      this.handshake = Checks.positive("handshake", handshake);
      return this;
    }

    /**
     * How long a stream may bring nothing, not even a link heartbeat, before it is dropped. Default
     * 5 s, as etcd. A stream this side does not read for want of demand does not count.
     */
    public Builder read(Duration read) {
      this.read = Checks.positive("read", read);
      return this;
    }

    /**
     * How long a write may make no progress while the peer gives no sign of life, before the stream
     * is dropped. Default 5 s. A peer that lives but does not read is left alone.
     */
    public Builder write(Duration write) {
      this.write = Checks.positive("write", write);
      return this;
    }

    /**
     * How often a stream's writer sends a link heartbeat. Default 5 s / 3, as etcd; must stay well
     * below the peers' read timeout.
     */
    public Builder linkHeartbeat(Duration linkHeartbeat) {
      this.linkHeartbeat = Checks.positive("linkHeartbeat", linkHeartbeat);
      return this;
    }

    /** The shortest wait between two dials of a stream. Default 100 ms, as etcd. */
    public Builder redialMin(Duration redialMin) {
      this.redialMin = Checks.positive("redialMin", redialMin);
      return this;
    }

    /**
     * The longest wait between two dials of a stream to a peer that stays away. Default 2 s. A sign
     * of life from the peer ends the wait.
     */
    public Builder redialMax(Duration redialMax) {
      this.redialMax = Checks.positive("redialMax", redialMax);
      return this;
    }

    /**
     * How long a stream's lane keeps its messages after the stream was lost. Default 5 s; then they
     * are dropped and reported.
     */
    public Builder laneRetention(Duration laneRetention) {
      this.laneRetention = Checks.positive("laneRetention", laneRetention);
      return this;
    }

    /**
     * How long a POST or a snapshot may make no progress, or wait for its answer while the peer
     * gives no sign of life. Default 10 s.
     */
    public Builder transfer(Duration transfer) {
      this.transfer = Checks.positive("transfer", transfer);
      return this;
    }

    /** How often a peer is probed, for each kind of connection. Default 4 s, as etcd. */
    public Builder probeInterval(Duration probeInterval) {
      this.probeInterval = Checks.positive("probeInterval", probeInterval);
      return this;
    }

    /** The clock difference from which on it is reported. Default 1 s, as etcd. */
    public Builder clockDriftWarning(Duration clockDriftWarning) {
      this.clockDriftWarning = Checks.positive("clockDriftWarning", clockDriftWarning);
      return this;
    }

    /**
     * How long the listener keeps a connection without a request. Default 60 s; dialled connections
     * are given up after half of it.
     */
    public Builder idleConnection(Duration idleConnection) {
      this.idleConnection = Checks.positive("idleConnection", idleConnection);
      return this;
    }

    /** How long stopping waits for lanes and answers. Default 1 s. */
    public Builder drain(Duration drain) {
      this.drain = Checks.positive("drain", drain);
      return this;
    }

    /** The values. */
    public Timeouts build() {
      return new Timeouts(this);
    }
  }
}
