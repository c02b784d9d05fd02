// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the message before the database in a snapshot's body. Numbers are big-endian and
 * unsigned.
 *
 * <pre>
 * offset  bytes            what
 * 0       8                n
 * 8       n                Message
 * 8+n     to the body end  the database, not read here
 * </pre>
 */
public final class SnapshotHeadDecoder {

  private final long maxBytes;
  private final NumberReader length = new NumberReader();
  private final BodyReader body = new BodyReader();
  private boolean inMessage;
  private boolean done;
  private @Nullable CorruptStreamException failure;

  /**
   * A decoder at the beginning of a body.
   *
   * @param maxBytes the largest message taken
   */
  public SnapshotHeadDecoder(long maxBytes) {
    this.maxBytes = Math.min(maxBytes, BodyReader.MAX_BYTES);
  }

  /**
   * Reads up to the end of the message; what is readable after that belongs to the database. The
   * caller still owns the buffer and releases it.
   *
   * @return the message, of whatever type, or null if it is not whole yet
   * @throws CorruptStreamException if this is no message, or one over the limit; every further call
   *     throws the same
   * @throws IllegalStateException if the message was returned before
   */
  public @Nullable Message decode(ByteBuf in) {
    if (failure != null) {
      throw failure;
    }
    if (done) {
      throw new IllegalStateException("the head has been decoded");
    }
    try {
      return decodeHead(in);
    } catch (CorruptStreamException e) {
      failure = e;
      throw e;
    }
  }

  private @Nullable Message decodeHead(ByteBuf in) {
    if (!inMessage) {
      if (!length.read(in)) {
        return null;
      }
      body.begin("snapshot head length", length.value(), maxBytes);
      inMessage = true;
    }
    byte[] bytes = body.read(in);
    if (bytes == null) {
      return null;
    }
    Message message = MessageParser.parse(bytes);
    done = true;
    return message;
  }
}
