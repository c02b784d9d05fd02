// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.TransportRecorder;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.WireEndpoint;
import io.raftwire.examples.bench.contender.netty.NettyWire;
import io.raftwire.examples.bench.contender.raftwire.RaftwireEndpoint;
import io.raftwire.examples.bench.contender.sockets.SocketWire;

/** The libraries an end can use; the names are those of the flag. */
public enum Transport {
  /** Raftwire. */
  raftwire,
  /** Plain Netty. */
  netty,
  /** Plain sockets. */
  sockets;

  /** An end that is not started. */
  Endpoint endpoint(Link link) {
    return switch (this) {
      case raftwire -> raftwire(link);
      case netty -> new WireEndpoint(link, new NettyWire(link));
      case sockets -> new WireEndpoint(link, new SocketWire(link));
    };
  }

  /** An end by Raftwire, which can do more. */
  static RaftwireEndpoint raftwire(Link link) {
    return new RaftwireEndpoint(link, TransportRecorder.noop(), null);
  }
}
