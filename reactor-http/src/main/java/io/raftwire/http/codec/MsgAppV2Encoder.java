// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.raftwire.MemberId;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.util.List;

/**
 * Encodes the {@code msgapp} stream (msgappv2); see {@link MsgAppV2Decoder} for its layout.
 *
 * <p>A compact frame has only entries and commit; the reader makes up the rest from what it
 * remembers. So a MsgApp becomes one only if the reader will have the same values in every field:
 * it goes from the local to the remote member, its term and logTerm are the remembered term, its
 * index is the remembered index, its entries follow that one by one, and nothing else is set, not
 * even a field this version does not know. A field set to zero counts as not set.
 */
public final class MsgAppV2Encoder extends FrameEncoder {

  private static final int TYPE_BYTES = 1;
  private static final long NOT_CONSECUTIVE = -1;

  private final MemberId local;
  private final MemberId remote;

  private long term;
  private long index;

  // What the frame will be whose size was asked for last. Not of which message: each one that is
  // stored here would cost more than all else the encoder keeps.
  private int frameType;
  private long frameBytes;

  /**
   * An encoder at the beginning of a stream.
   *
   * @param local whom the stream is from
   * @param remote whom the stream is for
   */
  public MsgAppV2Encoder(MemberId local, MemberId remote) {
    this.local = local;
    this.remote = remote;
  }

  @Override
  public long frameSize(Message message) {
    measure(message);
    return frameBytes;
  }

  @Override
  long askedSize(Message message) {
    return frameBytes;
  }

  @Override
  public void encodeLinkHeartbeat(FrameBatch batch) {
    try {
      FrameWriter.writeByte(batch.reserve(TYPE_BYTES), MsgAppV2Decoder.LINK_HEARTBEAT);
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
  }

  private void measure(Message message) {
    long entryBytes = isRebuiltByReader(message) ? entryBytes(message) : NOT_CONSECUTIVE;
    if (entryBytes != NOT_CONSECUTIVE) {
      frameType = MsgAppV2Decoder.COMPACT;
      frameBytes = TYPE_BYTES + Long.BYTES + entryBytes + Long.BYTES;
    } else if (Messages.isLinkHeartbeat(message)) {
      frameType = MsgAppV2Decoder.LINK_HEARTBEAT;
      frameBytes = TYPE_BYTES;
    } else {
      frameType = MsgAppV2Decoder.MESSAGE;
      frameBytes = (long) TYPE_BYTES + Long.BYTES + message.getSerializedSize();
    }
  }

  /** Whether the reader makes up the same values in all fields but the entries. */
  private boolean isRebuiltByReader(Message message) {
    return message.getType() == MessageType.MsgApp
        && message.getIndex() == index
        && message.getTerm() == term
        && message.getLogTerm() == term
        && message.getFrom() == local.value()
        && message.getTo() == remote.value()
        && hasNothingElse(message);
  }

  private static boolean hasNothingElse(Message message) {
    return !message.getReject()
        && message.getRejectHint() == 0
        && message.getContext().isEmpty()
        && message.getVote() == 0
        && message.getResponsesCount() == 0
        && message.getUnknownFields().isEmpty()
        && (!message.hasSnapshot() || Messages.isEmpty(message.getSnapshot()));
  }

  /** What the entries take in a compact frame, or that they do not follow the message's index. */
  private static long entryBytes(Message message) {
    long bytes = 0;
    long index = message.getIndex();
    List<Entry> entries = message.getEntriesList();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.getIndex() != ++index) {
        return NOT_CONSECUTIVE;
      }
      bytes += (long) Long.BYTES + entry.getSerializedSize();
    }
    return bytes;
  }

  @Override
  void writeFrame(Message message, CodedOutputStream out) throws IOException {
    FrameWriter.writeByte(out, frameType);
    switch (frameType) {
      case MsgAppV2Decoder.COMPACT -> writeCompact(message, out);
      case MsgAppV2Decoder.MESSAGE -> {
        FrameWriter.writeLong(out, message.getSerializedSize());
        message.writeTo(out);
      }
      default -> {} // a link heartbeat is its type
    }
  }

  private static void writeCompact(Message message, CodedOutputStream out) throws IOException {
    List<Entry> entries = message.getEntriesList();
    FrameWriter.writeLong(out, entries.size());
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      FrameWriter.writeLong(out, entry.getSerializedSize());
      entry.writeTo(out);
    }
    FrameWriter.writeLong(out, message.getCommit());
  }

  @Override
  void written(Message message) {
    int count = message.getEntriesCount();
    switch (frameType) {
      case MsgAppV2Decoder.COMPACT -> index += count;
      case MsgAppV2Decoder.MESSAGE -> {
        term = message.getTerm();
        index = count == 0 ? message.getIndex() : message.getEntries(count - 1).getIndex();
      }
      default -> {} // a link heartbeat is no part of the log
    }
  }
}
