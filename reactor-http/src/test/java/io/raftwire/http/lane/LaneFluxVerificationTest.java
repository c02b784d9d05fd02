// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.lane;

import io.raftwire.MemberId;
import io.raftwire.MessageClass;
import io.raftwire.PeerChannel;
import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/** The rules of Reactive Streams for {@link LaneFlux}, which fails only for a second subscriber. */
@Test
public class LaneFluxVerificationTest extends PublisherVerification<Message> {

  private static final int FILL = 4096;

  public LaneFluxVerificationTest() {
    super(new TestEnvironment(500, 50));
  }

  private static LaneFlux flux(long elements) {
    Lane lane =
        new Lane(
            PeerChannel.PIPELINE,
            new LaneLimits(FILL, 1 << 30, 0),
            TransportRecorder.noop().peer(MemberId.of(1), MemberId.of(2)));
    for (long i = 0; i < Math.min(elements, FILL); i++) {
      Message message = Message.newBuilder().setType(MessageType.MsgAppResp).setIndex(i).build();
      lane.offer(message, message.getSerializedSize(), MessageClass.APPEND);
    }
    return new LaneFlux(lane);
  }

  @Override
  public Publisher<Message> createPublisher(long elements) {
    LaneFlux flux = flux(elements);
    if (elements <= FILL) {
      flux.completeWhenEmpty();
    }
    return flux;
  }

  /** The second consumer of a lane is refused. */
  @Override
  public Publisher<Message> createFailedPublisher() {
    LaneFlux flux = flux(0);
    Flux<Message> first = flux;
    first.subscribe();
    return flux;
  }

  @Override
  public long maxElementsFromPublisher() {
    return FILL;
  }
}
