// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.util.concurrent.atomic.AtomicLong;

/** Answers every MsgApp with a MsgAppResp of its index, on the thread that brings it. */
public final class Echo {

  private final Endpoint endpoint;
  private final Messages messages;
  private final AtomicLong count = new AtomicLong();

  private Echo(Link link, Endpoint endpoint) {
    this.endpoint = endpoint;
    this.messages = new Messages(link.id(), link.others().get(0).id());
  }

  /** Answers until the process is asked to end. */
  public static void run(Transport transport, Link link) {
    Usage.watch(Usage.Watch.RARELY);
    Endpoint endpoint = transport.endpoint(link);
    Echo echo = new Echo(link, endpoint);
    endpoint.start(echo::receive);
    endpoint.connect(Work.msgapp);
    Console.ready();
    Console.atEnd(
        () -> {
          Usage.allocatedBytes(); // by threads that are about to end
          endpoint.close();
          endpoint.requireSound();
          Console.result(Results.Receiver.of("echo", transport, echo.count.get()));
        });
  }

  private void receive(Message message) {
    if (message.getType() == MessageType.MsgApp) {
      count.lazySet(count.get() + 1);
      endpoint.send(messages.appendResponse(message.getIndex()));
      endpoint.flush();
    }
  }
}
