// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What stream decoders have in common: they step through the input, and fail once and for all. */
abstract class FrameDecoder implements StreamDecoder {

  private @Nullable CorruptStreamException failure;

  @Override
  public final void decode(ByteBuf in, MessageSink sink) {
    if (failure != null) {
      throw failure;
    }
    try {
      boolean more;
      do {
        more = step(in, sink);
      } while (more);
    } catch (CorruptStreamException e) {
      failure = e;
      throw e;
    }
  }

  /**
   * Reads the next part of a frame: a number, a body.
   *
   * @return false if the input ended before that part was whole
   */
  abstract boolean step(ByteBuf in, MessageSink sink);
}
