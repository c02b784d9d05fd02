// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.scalecube;

import io.scalecube.cluster.transport.api.Message;
import io.scalecube.cluster.transport.api.MessageCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Protobuf and nothing else: what scalecube would add to it is not needed here. */
final class RaftMessageCodec implements MessageCodec {

  @Override
  public Message deserialize(InputStream in) throws IOException {
    return Message.fromData(io.raftwire.raftpb.Message.parseFrom(in));
  }

  @Override
  public void serialize(Message message, OutputStream out) throws IOException {
    io.raftwire.raftpb.Message data = message.data();
    data.writeTo(out);
  }
}
