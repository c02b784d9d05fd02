// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.peer;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.inbound.Inbox;
import io.raftwire.http.link.HttpClients;
import io.raftwire.http.link.NewLinks;
import io.raftwire.http.link.PeerLink;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.reactivestreams.Subscriber;
import org.reactivestreams.tck.SubscriberBlackboxVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.annotations.AfterClass;
import org.testng.annotations.Test;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/** The rules of Reactive Streams for the subscriber behind {@code Peer.send(Publisher)}. */
@Test
public class PeerSinkVerificationTest extends SubscriberBlackboxVerification<Message> {

  private static final MemberId PEER = MemberId.of(2);

  private final LoopResources loops = LoopResources.create("test-peer-sink", 1, true);

  public PeerSinkVerificationTest() {
    super(new TestEnvironment(500, 50));
  }

  @Override
  public Subscriber<Message> createSubscriber() {
    RaftHttpConfig config =
        RaftHttpConfig.builder(MemberId.of(1), ClusterId.of(1))
            .limits(l -> l.pipelineQueueMessages(10_000))
            .build();
    PeerLink link = NewLinks.to(PEER, config);
    // Not started: what it is given stays in its lane.
    HttpPeer peer =
        new HttpPeer(
            link,
            new HttpClients(config, loops),
            Inbox.create(config.limits(), config.recorder()),
            Clock.systemUTC());
    link.status().postAnswered(PeerChannel.PIPELINE);
    AtomicReference<PeerSink> sink = new AtomicReference<>();
    Mono.<Void>create(outcome -> sink.set(new PeerSink(peer, outcome)))
        .onErrorComplete()
        .subscribe();
    return sink.get();
  }

  @Override
  public Message createElement(int element) {
    return Message.newBuilder()
        .setType(MessageType.MsgAppResp)
        .setTo(PEER.value())
        .setIndex(element)
        .build();
  }

  @AfterClass
  public void end() {
    loops.dispose();
  }
}
