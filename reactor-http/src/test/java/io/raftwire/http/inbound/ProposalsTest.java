// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.inbound;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Entry;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.subscriber.TestSubscriber;

/** Proposals beside the messages of a stream. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ProposalsTest {

  private static final Duration WAIT = Duration.ofSeconds(15);

  @Test
  void proposalsThatAreTakenDoNotHoldUpTheirStream() {
    AtomicInteger taken = new AtomicInteger();
    try (Member one = Member.start(1);
        Member two = Member.create(2, config -> config.limits(l -> l.inboundBytes(64 * 1024)))) {
      two.transport().proposals().subscribe(proposal -> taken.incrementAndGet());
      two.transport().inbound().subscribe(TestSubscriber.builder().initialRequest(0).build());
      two.started();
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      Message proposal =
          Sample.message(MessageType.MsgProp, 1, 2, 0).toBuilder()
              .addEntries(Entry.newBuilder().setData(ByteString.copyFrom(new byte[1024])))
              .build();
      int sent = 0;
      for (int i = 0; i < 1000; i++) {
        sent += one.transport().send(proposal).queued() ? 1 : 0;
        if (i % 10 == 0) {
          one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, i));
        }
      }
      int expected = sent;
      await().atMost(WAIT).until(() -> taken.get() == expected);
    }
  }
}
