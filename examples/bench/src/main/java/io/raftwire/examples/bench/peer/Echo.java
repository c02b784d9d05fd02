// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.concurrent.atomic.AtomicLong;

/** Answers every MsgApp with a MsgAppResp of its index, on the thread that brings it. */
public final class Echo {

  private final Node node;
  private final Messages messages;
  private final AtomicLong count = new AtomicLong();

  private Echo(Link link, Node node) {
    this.node = node;
    this.messages = new Messages(link);
  }

  /** Answers until the process is asked to end. */
  public static void run(Link link) {
    Node node = new Node(link);
    Echo echo = new Echo(link, node);
    node.start(echo::receive);
    node.addPeer();
    Console.ready();
    Console.atEnd(
        () -> {
          node.close();
          node.requireAllTaken();
          Console.result(Results.Receiver.of("echo", echo.count.get()));
        });
  }

  private void receive(Message message) {
    if (message.getType() == MessageType.MsgApp) {
      count.lazySet(count.get() + 1);
      node.send(messages.appendResponse(message.getIndex()));
    }
  }
}
