// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.contender.scalecube;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Connection;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.Wire;
import io.raftwire.examples.bench.contender.Work;
import io.scalecube.cluster.transport.api.Transport;
import io.scalecube.cluster.transport.api.TransportConfig;
import io.scalecube.transport.netty.tcp.TcpTransportFactory;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One transport for each end; both listen, and each sends to the other's address. */
public final class ScalecubeWire implements Wire {

  private static final int MAX_MESSAGE_BYTES = 512 << 20;

  private final Link link;
  private @Nullable Transport transport;

  /** A wire that is not started. */
  public ScalecubeWire(Link link) {
    this.link = link;
  }

  @Override
  public void listen(InetSocketAddress address, Listener listener) {
    Transport started =
        Transport.bind(
                TransportConfig.defaultConfig()
                    .port(address.getPort())
                    .maxFrameLength(MAX_MESSAGE_BYTES)
                    .messageCodec(new RaftMessageCodec())
                    .transportFactory(new TcpTransportFactory()))
            .block();
    if (started == null) {
      throw new BenchException("cannot listen at " + address);
    }
    transport = started;
    started
        .listen()
        .subscribe(
            message -> listener.accept(message.data()), cause -> listener.failed(cause.toString()));
    listener.accepted(to(Link.address(link.others().get(0).url()), listener));
  }

  @Override
  public Connection connect(InetSocketAddress address, Work work, Listener listener) {
    return to(address, listener);
  }

  @Override
  public void close() {
    if (transport != null) {
      transport.stop().block();
    }
  }

  private Connection to(InetSocketAddress address, Listener listener) {
    String text = address.getHostString() + ":" + address.getPort();
    return new ScalecubeConnection(
        Objects.requireNonNull(transport, "not started"), text, listener);
  }
}
