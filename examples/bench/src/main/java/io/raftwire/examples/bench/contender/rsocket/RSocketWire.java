// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.rsocket;

import com.google.protobuf.InvalidProtocolBufferException;
import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.raftpb.Message;
import io.rsocket.Closeable;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.netty.client.TcpClientTransport;
import io.rsocket.transport.netty.server.TcpServerTransport;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.core.publisher.Mono;

/** RSocket over TCP; payloads are parsed where they are. */
public final class RSocketWire implements Wire {

  private final List<Closeable> open = new CopyOnWriteArrayList<>();

  @Override
  public void listen(InetSocketAddress address, Listener listener) {
    Closeable server =
        RSocketServer.create(
                (setup, sending) -> {
                  listener.accepted(new RSocketConnection(sending, listener));
                  return Mono.just(new Receiver(listener));
                })
            .payloadDecoder(PayloadDecoder.ZERO_COPY)
            .bind(TcpServerTransport.create(address))
            .block();
    open.add(Objects.requireNonNull(server));
  }

  @Override
  public Connection connect(InetSocketAddress address, Work work, Listener listener) {
    RSocket connected =
        RSocketConnector.create()
            .payloadDecoder(PayloadDecoder.ZERO_COPY)
            .acceptor((setup, sending) -> Mono.just(new Receiver(listener)))
            .connect(TcpClientTransport.create(address))
            .block(Endpoint.CONNECT_TIMEOUT);
    if (connected == null) {
      throw new BenchException("cannot connect to " + address);
    }
    open.add(connected);
    connected.onClose().doFinally(end -> listener.failed("the connection was closed")).subscribe();
    return new RSocketConnection(connected, listener);
  }

  @Override
  public void close() {
    open.forEach(Closeable::dispose);
  }

  private record Receiver(Listener listener) implements RSocket {

    @Override
    public Mono<Void> fireAndForget(Payload payload) {
      try {
        listener.accept(Message.parseFrom(payload.getData()));
      } catch (InvalidProtocolBufferException e) {
        listener.failed("a message that does not parse: " + e.getMessage());
      } finally {
        payload.release();
      }
      return Mono.empty();
    }
  }
}
