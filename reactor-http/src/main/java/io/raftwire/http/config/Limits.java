// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

/**
 * How much a transport takes at most, in messages, bytes and connections. Every length that a peer
 * announces is held against one of these before memory is given to it.
 */
public final class Limits {

  /** The defaults. */
  public static final Limits DEFAULTS = new Builder().build();

  private final int streamQueueMessages;
  private final long streamQueueBytes;
  private final int pipelineQueueMessages;
  private final long pipelineQueueBytes;
  private final int urgentReserveMessages;
  private final int pipelineConcurrency;
  private final long maxMessageBytes;
  private final int maxEntriesPerFrame;
  private final long maxSnapshotHeadBytes;
  private final long inboundBytes;
  private final int proposalQueueMessages;
  private final long proposalQueueBytes;
  private final int maxConnections;
  private final int maxHeaderBytes;
  private final int maxRemotes;
  private final int maxConcurrentSnapshots;

  private Limits(Builder builder) {
    this.streamQueueMessages = builder.streamQueueMessages;
    this.streamQueueBytes = builder.streamQueueBytes;
    this.pipelineQueueMessages = builder.pipelineQueueMessages;
    this.pipelineQueueBytes = builder.pipelineQueueBytes;
    this.urgentReserveMessages = builder.urgentReserveMessages;
    this.pipelineConcurrency = builder.pipelineConcurrency;
    this.maxMessageBytes = builder.maxMessageBytes;
    this.maxEntriesPerFrame = builder.maxEntriesPerFrame;
    this.maxSnapshotHeadBytes = builder.maxSnapshotHeadBytes;
    this.inboundBytes = builder.inboundBytes;
    this.proposalQueueMessages = builder.proposalQueueMessages;
    this.proposalQueueBytes = builder.proposalQueueBytes;
    this.maxConnections = builder.maxConnections;
    this.maxHeaderBytes = builder.maxHeaderBytes;
    this.maxRemotes = builder.maxRemotes;
    this.maxConcurrentSnapshots = builder.maxConcurrentSnapshots;
  }

  /** Starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Starts from these values. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.streamQueueMessages = streamQueueMessages;
    builder.streamQueueBytes = streamQueueBytes;
    builder.pipelineQueueMessages = pipelineQueueMessages;
    builder.pipelineQueueBytes = pipelineQueueBytes;
    builder.urgentReserveMessages = urgentReserveMessages;
    builder.pipelineConcurrency = pipelineConcurrency;
    builder.maxMessageBytes = maxMessageBytes;
    builder.maxEntriesPerFrame = maxEntriesPerFrame;
    builder.maxSnapshotHeadBytes = maxSnapshotHeadBytes;
    builder.inboundBytes = inboundBytes;
    builder.proposalQueueMessages = proposalQueueMessages;
    builder.proposalQueueBytes = proposalQueueBytes;
    builder.maxConnections = maxConnections;
    builder.maxHeaderBytes = maxHeaderBytes;
    builder.maxRemotes = maxRemotes;
    builder.maxConcurrentSnapshots = maxConcurrentSnapshots;
    return builder;
  }

  /** How many messages a stream's lane holds. */
  public int streamQueueMessages() {
    return streamQueueMessages;
  }

  /** How many bytes of messages a stream's lane holds. */
  public long streamQueueBytes() {
    return streamQueueBytes;
  }

  /** How many messages a pipeline's lane holds. */
  public int pipelineQueueMessages() {
    return pipelineQueueMessages;
  }

  /** How many bytes of messages a pipeline's lane holds. */
  public long pipelineQueueBytes() {
    return pipelineQueueBytes;
  }

  /** How many votes and heartbeats a full lane takes beyond its bounds. */
  public int urgentReserveMessages() {
    return urgentReserveMessages;
  }

  /** How many POSTs of one peer are under way at once. */
  public int pipelineConcurrency() {
    return pipelineConcurrency;
  }

  /** The largest message sent or taken, in bytes. */
  public long maxMessageBytes() {
    return maxMessageBytes;
  }

  /** The most entries one compact frame may announce. */
  public int maxEntriesPerFrame() {
    return maxEntriesPerFrame;
  }

  /** The largest message before a snapshot's body, in bytes. */
  public long maxSnapshotHeadBytes() {
    return maxSnapshotHeadBytes;
  }

  /** How many bytes of received messages one stream may have waiting for the subscriber. */
  public long inboundBytes() {
    return inboundBytes;
  }

  /** How many received proposals wait for a subscriber. */
  public int proposalQueueMessages() {
    return proposalQueueMessages;
  }

  /** How many bytes of received proposals wait for a subscriber. */
  public long proposalQueueBytes() {
    return proposalQueueBytes;
  }

  /** How many connections the listeners accept at once. */
  public int maxConnections() {
    return maxConnections;
  }

  /** The largest request or response head, in bytes. */
  public int maxHeaderBytes() {
    return maxHeaderBytes;
  }

  /** How many remotes are learned from requests. */
  public int maxRemotes() {
    return maxRemotes;
  }

  /** How many snapshot bodies are received at once. */
  public int maxConcurrentSnapshots() {
    return maxConcurrentSnapshots;
  }

  /** Sets each value on its own; every setter checks at once. */
  public static final class Builder {

    // What a lane can count.
    private static final long MAX_LANE_BYTES = 1L << 40;

    private int streamQueueMessages = 4096;
    private long streamQueueBytes = 64L << 20;
    private int pipelineQueueMessages = 64;
    private long pipelineQueueBytes = 64L << 20;
    private int urgentReserveMessages = 256;
    private int pipelineConcurrency = 4;
    private long maxMessageBytes = 512L << 20;
    private int maxEntriesPerFrame = 1 << 20;
    private long maxSnapshotHeadBytes = 64L << 20;
    private long inboundBytes = 1L << 20;
    private int proposalQueueMessages = 4096;
    private long proposalQueueBytes = 64L << 20;
    private int maxConnections = 1024;
    private int maxHeaderBytes = 16384;
    private int maxRemotes = 128;
    private int maxConcurrentSnapshots = 4;

    private Builder() {}

    /**
     * How many messages a stream's lane holds. Default 4096, as etcd. Too small drops bursts; too
     * large keeps what raft has long sent again.
     */
    public Builder streamQueueMessages(int streamQueueMessages) {
      this.streamQueueMessages = Checks.positive("streamQueueMessages", streamQueueMessages);
      return this;
    }

    /**
     * How many bytes of messages a stream's lane holds, at most 1 TiB. Default 64 MiB. A single
     * message larger than that is still taken by an empty lane.
     */
    public Builder streamQueueBytes(long streamQueueBytes) {
      this.streamQueueBytes = Checks.upTo(MAX_LANE_BYTES, "streamQueueBytes", streamQueueBytes);
      return this;
    }

    /** How many messages a pipeline's lane holds. Default 64, as etcd. */
    public Builder pipelineQueueMessages(int pipelineQueueMessages) {
      this.pipelineQueueMessages = Checks.positive("pipelineQueueMessages", pipelineQueueMessages);
      return this;
    }

    /** How many bytes of messages a pipeline's lane holds, at most 1 TiB. Default 64 MiB. */
    public Builder pipelineQueueBytes(long pipelineQueueBytes) {
      this.pipelineQueueBytes =
          Checks.upTo(MAX_LANE_BYTES, "pipelineQueueBytes", pipelineQueueBytes);
      return this;
    }

    /**
     * How many votes, heartbeats and their answers a full lane takes beyond its bounds. Default
     * 256.
     */
    public Builder urgentReserveMessages(int urgentReserveMessages) {
      this.urgentReserveMessages = Checks.positive("urgentReserveMessages", urgentReserveMessages);
      return this;
    }

    /** How many POSTs of one peer are under way at once. Default 4, as etcd. */
    public Builder pipelineConcurrency(int pipelineConcurrency) {
      this.pipelineConcurrency = Checks.positive("pipelineConcurrency", pipelineConcurrency);
      return this;
    }

    /** The largest message sent or taken, in bytes of protobuf. Default 512 MiB, as etcd. */
    public Builder maxMessageBytes(long maxMessageBytes) {
      this.maxMessageBytes = Checks.positive("maxMessageBytes", maxMessageBytes);
      return this;
    }

    /** The most entries one compact frame may announce. Default 1,048,576; etcd has no bound. */
    public Builder maxEntriesPerFrame(int maxEntriesPerFrame) {
      this.maxEntriesPerFrame = Checks.positive("maxEntriesPerFrame", maxEntriesPerFrame);
      return this;
    }

    /** The largest message before a snapshot's body, in bytes. Default 64 MiB, as etcd. */
    public Builder maxSnapshotHeadBytes(long maxSnapshotHeadBytes) {
      this.maxSnapshotHeadBytes = Checks.positive("maxSnapshotHeadBytes", maxSnapshotHeadBytes);
      return this;
    }

    /**
     * How many bytes of received messages one stream may have waiting for the subscriber before it
     * is not read any more. Default 1 MiB. Always at least one message.
     */
    public Builder inboundBytes(long inboundBytes) {
      this.inboundBytes = Checks.positive("inboundBytes", inboundBytes);
      return this;
    }

    /** How many received proposals wait for a subscriber. Default 4096, as etcd. */
    public Builder proposalQueueMessages(int proposalQueueMessages) {
      this.proposalQueueMessages = Checks.positive("proposalQueueMessages", proposalQueueMessages);
      return this;
    }

    /** How many bytes of received proposals wait for a subscriber. Default 64 MiB. */
    public Builder proposalQueueBytes(long proposalQueueBytes) {
      this.proposalQueueBytes = Checks.positive("proposalQueueBytes", proposalQueueBytes);
      return this;
    }

    /**
     * How many connections the listeners accept at once, all addresses together. Default 1024.
     * Further ones are closed at once.
     */
    public Builder maxConnections(int maxConnections) {
      this.maxConnections = Checks.positive("maxConnections", maxConnections);
      return this;
    }

    /** The largest request or response head, in bytes. Default 16 KiB. */
    public Builder maxHeaderBytes(int maxHeaderBytes) {
      this.maxHeaderBytes = Checks.positive("maxHeaderBytes", maxHeaderBytes);
      return this;
    }

    /** How many remotes are learned from requests. Default 128; 0 learns none. */
    public Builder maxRemotes(int maxRemotes) {
      this.maxRemotes = Checks.notNegative("maxRemotes", maxRemotes);
      return this;
    }

    /** How many snapshot bodies are received at once. Default 4; a further one is answered 503. */
    public Builder maxConcurrentSnapshots(int maxConcurrentSnapshots) {
      this.maxConcurrentSnapshots =
          Checks.positive("maxConcurrentSnapshots", maxConcurrentSnapshots);
      return this;
    }

    /** The values. */
    public Limits build() {
      return new Limits(this);
    }
  }
}
