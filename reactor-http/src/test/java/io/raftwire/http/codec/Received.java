// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.codec;

import io.raftwire.raftpb.Message;
import java.util.ArrayList;
import java.util.List;

/** A sink that remembers. */
final class Received implements MessageSink {

  private final List<Message> messages = new ArrayList<>();
  private final List<Long> messageBytes = new ArrayList<>();
  private final List<Long> wireBytes = new ArrayList<>();
  private int linkHeartbeats;

  @Override
  public void message(Message message, long messageBytes, long wireBytes) {
    messages.add(message);
    this.messageBytes.add(messageBytes);
    this.wireBytes.add(wireBytes);
  }

  @Override
  public void linkHeartbeat() {
    linkHeartbeats++;
  }

  List<Message> messages() {
    return messages;
  }

  List<Long> messageBytes() {
    return messageBytes;
  }

  List<Long> wireBytes() {
    return wireBytes;
  }

  int linkHeartbeats() {
    return linkHeartbeats;
  }
}
