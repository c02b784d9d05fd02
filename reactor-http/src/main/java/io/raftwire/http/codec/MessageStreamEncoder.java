// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import com.google.protobuf.CodedOutputStream;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;

/**
 * Encodes the {@code message} stream and the head of a snapshot's body. Numbers are big-endian and
 * unsigned.
 *
 * <pre>
 * offset  bytes  what
 * 0       8      n
 * 8       n      Message
 * </pre>
 *
 * <p>A link heartbeat is a heartbeat from 0 to 0. Nothing depends on earlier messages here.
 */
public final class MessageStreamEncoder extends FrameEncoder {

  // from and to are left out, as etcd 3.7 does.
  private static final Message LINK_HEARTBEAT =
      Message.newBuilder().setType(MessageType.MsgHeartbeat).build();

  /** An encoder for one stream. */
  public MessageStreamEncoder() {}

  @Override
  public long frameSize(Message message) {
    return (long) Long.BYTES + message.getSerializedSize();
  }

  @Override
  public void encodeLinkHeartbeat(FrameBatch batch) {
    encode(LINK_HEARTBEAT, batch);
  }

  @Override
  long askedSize(Message message) {
    return frameSize(message);
  }

  @Override
  void writeFrame(Message message, CodedOutputStream out) throws IOException {
    FrameWriter.writeLong(out, message.getSerializedSize());
    message.writeTo(out);
  }

  @Override
  void written(Message message) {}
}
