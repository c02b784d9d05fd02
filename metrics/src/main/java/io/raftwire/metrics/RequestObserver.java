// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import io.raftwire.LinkFailure;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Request;
import java.io.IOException;
import java.util.function.BiConsumer;

/** Observes the requests to one peer; any thread. */
final class RequestObserver {

  private final ObservationRegistry registry;
  private final String peer;

  RequestObserver(ObservationRegistry registry, String peer) {
    this.registry = registry;
    this.peer = peer;
  }

  Request begin(PeerChannel channel, BiConsumer<String, String> header) {
    if (registry.isNoop()) {
      return Request.UNOBSERVED;
    }
    SenderContext<BiConsumer<String, String>> context =
        new SenderContext<>((carrier, key, value) -> header.accept(key, value), Kind.CLIENT);
    context.setCarrier(header);
    Observation observation =
        RaftwireObservation.REQUEST
            .observation(registry, () -> context)
            .contextualName("post " + channel.label())
            .lowCardinalityKeyValue(RaftwireTag.PEER.withValue(peer))
            .lowCardinalityKeyValue(RaftwireTag.CHANNEL.withValue(channel.label()))
            .start();
    return failure -> {
      String reason = failure == null ? RaftwireObservation.NO_REASON : failure.reason().label();
      observation.lowCardinalityKeyValue(RaftwireTag.REASON.withValue(reason));
      if (failure != null) {
        observation.error(error(failure));
      }
      observation.stop();
    };
  }

  private static Throwable error(LinkFailure failure) {
    Throwable cause = failure.cause();
    return cause == null ? new IOException(failure.toString()) : cause;
  }
}
