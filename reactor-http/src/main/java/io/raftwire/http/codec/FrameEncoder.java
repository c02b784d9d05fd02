// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.util.function.Consumer;

/** What stream encoders have in common: where a frame goes, in a batch or in pieces. */
abstract class FrameEncoder implements StreamEncoder {

  @Override
  public final boolean encode(Message message, FrameBatch batch) {
    if (frameSize(message) > batch.remaining()) {
      return false;
    }
    try {
      writeFrame(message, batch.coded());
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    written(message);
    return true;
  }

  @Override
  public final void encodeLarge(Message message, int pieceBytes, Consumer<ByteBuf> out) {
    frameSize(message);
    try (PieceStream pieces = new PieceStream(pieceBytes, out)) {
      writeFrame(message, pieces.coded());
      pieces.finish();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    written(message);
  }

  /** Writes the frame whose size was asked for last. */
  abstract void writeFrame(Message message, CodedOutputStream out) throws IOException;

  /** The frame is written: what follows is relative to it. */
  abstract void written(Message message);
}
