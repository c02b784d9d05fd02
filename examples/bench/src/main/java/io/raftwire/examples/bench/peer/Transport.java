// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.raftwire.TransportRecorder;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.WireEndpoint;
import io.raftwire.examples.bench.contender.grpc.GrpcWire;
import io.raftwire.examples.bench.contender.netty.NettyWire;
import io.raftwire.examples.bench.contender.raftwire.RaftwireEndpoint;
import io.raftwire.examples.bench.contender.rsocket.RSocketWire;
import io.raftwire.examples.bench.contender.scalecube.ScalecubeWire;
import io.raftwire.examples.bench.contender.sockets.SocketWire;
import io.raftwire.metrics.MicrometerRecorder;
import org.jspecify.annotations.Nullable;
import reactor.netty.resources.LoopResources;

/** The libraries an end can use; the names are those of the flag. */
public enum Transport {
  /** Raftwire. */
  raftwire,
  /** Raftwire with its Micrometer recorder and a Prometheus registry. */
  metrics,
  /** gRPC. */
  grpc,
  /** RSocket. */
  rsocket,
  /** Scalecube's transport. */
  scalecube,
  /** Plain Netty. */
  netty,
  /** Plain sockets. */
  sockets;

  /** Whether it is Raftwire, which can do more than send messages. */
  public boolean isRaftwire() {
    return this == raftwire || this == metrics;
  }

  /** An end that is not started. */
  Endpoint endpoint(Link link) {
    return endpoint(link, null);
  }

  /**
   * An end that is not started, one of several in this process.
   *
   * @param loops the event loops of all of them, where the library does not share them anyway
   */
  Endpoint endpoint(Link link, @Nullable LoopResources loops) {
    return switch (this) {
      case raftwire, metrics -> raftwire(link, loops);
      case grpc -> new WireEndpoint(link, new GrpcWire());
      case rsocket -> new WireEndpoint(link, new RSocketWire());
      case scalecube -> new WireEndpoint(link, new ScalecubeWire(link));
      case netty -> new WireEndpoint(link, new NettyWire(link));
      case sockets -> new WireEndpoint(link, new SocketWire(link));
    };
  }

  /** An end by Raftwire. */
  RaftwireEndpoint raftwire(Link link, @Nullable LoopResources loops) {
    TransportRecorder recorder =
        this == metrics
            ? MicrometerRecorder.builder(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
                .build()
            : TransportRecorder.noop();
    return new RaftwireEndpoint(link, recorder, loops);
  }
}
