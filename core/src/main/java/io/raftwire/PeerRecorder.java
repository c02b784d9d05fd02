// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a transport tells about one peer. See {@link TransportRecorder} for who calls. Message bytes
 * are protobuf sizes, as etcd's meters count them; wire bytes are what frames and bodies take,
 * below HTTP's own framing and TLS.
 *
 * <p>Every method does nothing unless it is implemented. So whoever hands on to another recorder
 * has to implement them all.
 */
public interface PeerRecorder {

  /** Messages were handed to the kernel, or their POST was answered. */
  default void sent(PeerChannel channel, long messages, long messageBytes, long wireBytes) {}

  /** Messages arrived, link heartbeats not counted. */
  default void received(PeerChannel channel, long messages, long messageBytes, long wireBytes) {}

  /** A message could not be sent: refused for want of room, or its channel failed. */
  default void sendFailed(PeerChannel channel) {}

  /** Something that arrived could not be taken: not the protocol, or no room. */
  default void receiveFailed(PeerChannel channel) {}

  /** Messages were dropped. */
  default void dropped(
      PeerChannel channel,
      MessageClass messageClass,
      DropReason reason,
      long messages,
      long bytes) {}

  /**
   * How long a message had waited in its lane when it was written. Told about once a batch, of its
   * oldest message if the lane had been empty before.
   */
  default void queued(PeerChannel channel, long nanos) {}

  /** A lane of this peer exists now; its figures may be read at any time from any thread. */
  default void lane(PeerChannel channel, Lane lane) {}

  /** The peer became active. */
  default void active() {}

  /** The peer became inactive. */
  default void inactive(LinkFailure cause) {}

  /** A stream was opened. */
  default void streamOpened(PeerChannel channel, Direction direction) {}

  /** A stream ended. */
  default void streamClosed(
      PeerChannel channel, Direction direction, LinkFailure.Reason reason, Duration age) {}

  /** A transfer of a snapshot began. */
  default void snapshotStarted(Direction direction) {}

  /** Bytes of a snapshot's body moved. */
  default void snapshotProgress(Direction direction, long bytes) {}

  /** A transfer of a snapshot ended. */
  default void snapshotEnded(
      Direction direction, Duration took, LinkFailure.@Nullable Reason failure) {}

  /**
   * A probe was answered.
   *
   * @param over {@link PeerChannel#MESSAGE} or {@link PeerChannel#PIPELINE}: whose connections it
   *     used
   * @param clockDifference the peer's clock minus this one's
   */
  default void probed(PeerChannel over, Duration roundTrip, Duration clockDifference) {}

  /** A probe failed. */
  default void probeFailed(PeerChannel over) {}

  /**
   * A request to the peer begins: the POST of a message or of a snapshot, for whoever traces them.
   *
   * @param header adds a header to the request, while the call lasts
   * @return what is told how the request ends
   */
  default Request request(PeerChannel channel, BiConsumer<String, String> header) {
    return Request.UNOBSERVED;
  }

  /** The peer was removed; nothing is recorded after this. */
  default void close() {}

  /** A request under way. */
  interface Request {

    /** One that nobody looks at. */
    Request UNOBSERVED = failure -> {};

    /**
     * It ended; called once.
     *
     * @param failure why it failed, or null if it was answered as it should be
     */
    void ended(@Nullable LinkFailure failure);
  }

  /** Which way, seen from this member. */
  enum Direction {
    /** From this member to the peer. */
    SEND("send"),
    /** From the peer to this member. */
    RECEIVE("receive");

    private final String label;

    Direction(String label) {
      this.label = label;
    }

    /** The name in logs and meters, lower case. */
    public String label() {
      return label;
    }
  }

  /** The figures of a lane: what waits in it to be written. */
  interface Lane {

    /** How many messages wait. */
    long messages();

    /** Their protobuf size in bytes. */
    long bytes();
  }
}
