// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.scalecube;

import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.raftpb.Message;
import io.scalecube.cluster.transport.api.Transport;
import reactor.core.publisher.BaseSubscriber;

/** Sends each message to one address. */
final class ScalecubeConnection implements Connection {

  private final Transport transport;
  private final String address;
  private final Wire.Listener listener;

  ScalecubeConnection(Transport transport, String address, Wire.Listener listener) {
    this.transport = transport;
    this.address = address;
    this.listener = listener;
  }

  @Override
  public void send(Message message) {
    transport
        .send(address, io.scalecube.cluster.transport.api.Message.fromData(message))
        .subscribe(
            new BaseSubscriber<Void>() {
              @Override
              protected void hookOnError(Throwable cause) {
                listener.failed(cause.toString());
              }
            });
  }
}
