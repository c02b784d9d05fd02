// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.sockets;

import com.google.protobuf.CodedOutputStream;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.frames.FrameWriter;
import io.raftwire.raftpb.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** One socket. The thread that sends encodes, and writes whenever 64 KiB are full. */
final class SocketConnection implements Connection {

  private static final int BATCH_BYTES = 64 << 10;

  private final SocketChannel socket;
  private final FrameWriter writer;
  private ByteBuffer memory = ByteBuffer.allocateDirect(BATCH_BYTES);
  private CodedOutputStream batch = CodedOutputStream.newInstance(memory);

  SocketConnection(SocketChannel socket, FrameWriter writer) {
    this.socket = socket;
    this.writer = writer;
  }

  // A sink answers on two threads; where only one sends, the lock is free.
  @Override
  public synchronized void send(Message message) {
    int bytes = writer.frameBytes(message);
    if (bytes > batch.spaceLeft()) {
      flush();
      if (bytes > memory.capacity()) {
        memory = ByteBuffer.allocateDirect(bytes);
        batch = CodedOutputStream.newInstance(memory);
      }
    }
    try {
      writer.write(message, batch);
    } catch (IOException e) {
      throw new AssertionError("memory does not fail to be written", e);
    }
  }

  @Override
  public synchronized void flush() {
    try {
      batch.flush();
      memory.position(0).limit(batch.getTotalBytesWritten());
      while (memory.hasRemaining()) {
        socket.write(memory);
      }
      memory.clear();
      batch = CodedOutputStream.newInstance(memory);
    } catch (IOException e) {
      throw new BenchException("cannot write: " + e.getMessage(), e);
    }
  }
}
