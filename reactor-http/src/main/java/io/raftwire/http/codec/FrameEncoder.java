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
  public final void encode(Message message, FrameBatch batch) {
    CodedOutputStream out = batch.reserve(askedSize(message));
    try {
      writeFrame(message, out);
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    written(message);
  }

  @Override
  public final void encodeLarge(Message message, int pieceBytes, Consumer<ByteBuf> out) {
    try (PieceStream pieces = new PieceStream(pieceBytes, out)) {
      writeFrame(message, pieces.coded());
      pieces.finish();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    written(message);
  }

  /** What {@link #frameSize} has said of the message. */
  abstract long askedSize(Message message);

  /** Writes the frame whose size was asked for last. */
  abstract void writeFrame(Message message, CodedOutputStream out) throws IOException;

  /** The frame is written: what follows is relative to it. */
  abstract void written(Message message);
}
