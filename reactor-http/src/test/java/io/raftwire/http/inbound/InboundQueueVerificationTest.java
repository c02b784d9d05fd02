// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import io.raftwire.TransportRecorder;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.Test;

/** The rules of Reactive Streams for the inbound flux. */
@Test
public class InboundQueueVerificationTest extends PublisherVerification<Message> {

  private static final int FILL = 4096;

  public InboundQueueVerificationTest() {
    super(new TestEnvironment(500, 50));
  }

  private static InboundQueue queue(long elements) {
    InboundQueue queue = new InboundQueue(TransportRecorder.noop());
    for (long i = 0; i < Math.min(elements, FILL); i++) {
      queue.offer(
          new SingleArrival(
              Message.newBuilder().setType(MessageType.MsgAppResp).setIndex(i).build(),
              SingleArrival.Acknowledgement.NONE,
              () -> {}));
    }
    return queue;
  }

  @Override
  public Publisher<Message> createPublisher(long elements) {
    InboundQueue queue = queue(elements);
    return elements > FILL ? queue.messages() : queue.messages().take(elements);
  }

  /** The second subscriber at a time is refused. */
  @Override
  public Publisher<Message> createFailedPublisher() {
    InboundQueue queue = queue(0);
    queue.messages().subscribe();
    return queue.messages();
  }

  @Override
  public long maxElementsFromPublisher() {
    return FILL;
  }
}
