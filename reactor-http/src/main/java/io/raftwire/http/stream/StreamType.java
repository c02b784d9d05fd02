// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.stream;

import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.http.codec.MessageStreamDecoder;
import io.raftwire.http.codec.MessageStreamEncoder;
import io.raftwire.http.codec.MsgAppV2Decoder;
import io.raftwire.http.codec.MsgAppV2Encoder;
import io.raftwire.http.codec.StreamDecoder;
import io.raftwire.http.codec.StreamEncoder;
import io.raftwire.http.config.Limits;
import org.jspecify.annotations.Nullable;

/** The kinds of streams: their path, channel and codec. */
public enum StreamType {
  /** MsgApp, in msgappv2 frames. */
  MSGAPP("msgapp", PeerChannel.MSGAPP) {
    @Override
    StreamEncoder encoder(MemberId local, MemberId peer) {
      return new MsgAppV2Encoder(local, peer);
    }

    @Override
    StreamDecoder decoder(MemberId local, MemberId peer, Limits limits) {
      return new MsgAppV2Decoder(
          local, peer, limits.maxMessageBytes(), limits.maxEntriesPerFrame());
    }
  },
  /** All other messages, one frame each. */
  MESSAGE("message", PeerChannel.MESSAGE) {
    @Override
    StreamEncoder encoder(MemberId local, MemberId peer) {
      return new MessageStreamEncoder();
    }

    @Override
    StreamDecoder decoder(MemberId local, MemberId peer, Limits limits) {
      return new MessageStreamDecoder(limits.maxMessageBytes());
    }
  };

  static final String PREFIX = "/raft/stream/";

  private final String segment;
  private final PeerChannel channel;

  StreamType(String segment, PeerChannel channel) {
    this.segment = segment;
    this.channel = channel;
  }

  /** The channel it is in events and figures. */
  public PeerChannel channel() {
    return channel;
  }

  /**
   * The class of messages it carries most, for counting those whose class is not known any more.
   */
  MessageClass usualClass() {
    return this == MSGAPP ? MessageClass.APPEND : MessageClass.OTHER;
  }

  /** The path at which a member asks for the stream. */
  String path(MemberId caller) {
    return PREFIX + segment + "/" + caller;
  }

  /** The type whose path segment it is, or null. */
  static @Nullable StreamType ofSegment(String segment) {
    for (StreamType type : values()) {
      if (type.segment.equals(segment)) {
        return type;
      }
    }
    return null;
  }

  abstract StreamEncoder encoder(MemberId local, MemberId peer);

  abstract StreamDecoder decoder(MemberId local, MemberId peer, Limits limits);
}
