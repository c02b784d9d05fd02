// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.rsocket;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.raftpb.Message;
import io.rsocket.RSocket;
import io.rsocket.util.ByteBufPayload;
import java.io.IOException;
import reactor.core.publisher.BaseSubscriber;

/** Sends each message as a fire-and-forget of its own. */
final class RSocketConnection implements Connection {

  private final RSocket socket;
  private final Wire.Listener listener;

  RSocketConnection(RSocket socket, Wire.Listener listener) {
    this.socket = socket;
    this.listener = listener;
  }

  @Override
  public void send(Message message) {
    int size = message.getSerializedSize();
    ByteBuf bytes = ByteBufAllocator.DEFAULT.buffer(size);
    CodedOutputStream out = CodedOutputStream.newInstance(bytes.nioBuffer(0, size));
    try {
      message.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
    socket
        .fireAndForget(ByteBufPayload.create(bytes.writerIndex(size)))
        .subscribe(
            new BaseSubscriber<Void>() {
              @Override
              protected void hookOnError(Throwable cause) {
                listener.failed(cause.toString());
              }
            });
  }
}
