// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.MemberId;
import io.raftwire.PeerChannel;
import io.raftwire.PeerRecorder.Direction;
import io.raftwire.PeerUrls;
import io.raftwire.TransportEvent;
import io.raftwire.TransportRecorder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.test.util.RaceTestUtils;

@Timeout(30)
class LinkPartsTest {

  private static final MemberId ME = MemberId.of(1);
  private static final MemberId PEER = MemberId.of(2);

  private static LinkFailure failure(PeerChannel channel) {
    return LinkFailure.of(channel, "test", Reason.BROKEN, "broken");
  }

  // ---- URLs -----------------------------------------------------------------------------------

  @Test
  void aUrlIsKeptUntilItFails() {
    UrlPicker picker = new UrlPicker(PeerUrls.of("http://a:1", "http://b:2", "http://c:3"));
    URI a = picker.pick();
    assertThat(a).hasToString("http://a:1");
    assertThat(picker.pick()).isEqualTo(a);
    picker.failed(a);
    URI b = picker.pick();
    assertThat(b).hasToString("http://b:2");
    picker.failed(a);
    assertThat(picker.pick()).as("that one was given up already").isEqualTo(b);
    picker.failed(b);
    picker.failed(picker.pick());
    assertThat(picker.pick()).isEqualTo(a);
    picker.failed(a);
    picker.update(PeerUrls.of("http://d:4"));
    assertThat(picker.pick()).hasToString("http://d:4");
    picker.failed(picker.pick());
    assertThat(picker.pick()).hasToString("http://d:4");
  }

  @RepeatedTest(200)
  void aFailureSeenTwiceMovesOnOnce() {
    UrlPicker picker = new UrlPicker(PeerUrls.of("http://a:1", "http://b:2", "http://c:3"));
    URI a = picker.pick();
    RaceTestUtils.race(() -> picker.failed(a), () -> picker.failed(a));
    assertThat(picker.pick()).hasToString("http://b:2");
  }

  // ---- status ---------------------------------------------------------------------------------

  private final EventBus bus = new EventBus();
  private final List<TransportEvent> events = new CopyOnWriteArrayList<>();
  private final PeerStatus status =
      new PeerStatus(ME, PEER, TransportRecorder.noop().peer(ME, PEER), bus);

  private void awaitEvents(Class<?>... types) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(2))
        .untilAsserted(
            () ->
                assertThat(events.stream().map(Object::getClass).toList())
                    .isEqualTo(List.of(types)));
  }

  @Test
  void aPeerIsActiveWhileAnyStreamIsUp() {
    bus.events().subscribe(events::add);
    assertThat(status.active()).isFalse();
    status.streamUp(PeerChannel.MSGAPP, Direction.RECEIVE);
    status.streamUp(PeerChannel.MESSAGE, Direction.SEND);
    assertThat(status.activeSince()).isPresent();
    status.failed(failure(PeerChannel.PIPELINE));
    status.streamDown(Direction.RECEIVE, failure(PeerChannel.MSGAPP));
    assertThat(status.active()).isTrue();
    status.streamDown(Direction.SEND, failure(PeerChannel.MESSAGE));
    assertThat(status.active()).isFalse();
    status.failed(failure(PeerChannel.MESSAGE));
    status.failed(failure(PeerChannel.MSGAPP));
    status.postAnswered(PeerChannel.PIPELINE);
    assertThat(status.active()).isTrue();
    status.failed(failure(PeerChannel.MSGAPP));
    assertThat(status.active()).as("its POSTs are answered").isTrue();
    status.failed(failure(PeerChannel.PIPELINE));
    assertThat(status.active()).isFalse();
    awaitEvents(
        TransportEvent.PeerActive.class,
        TransportEvent.PeerInactive.class,
        TransportEvent.PeerActive.class,
        TransportEvent.PeerInactive.class);
  }

  @Test
  void theLastStreamFromAPeerThatFallsSilentOutweighsStreamsToIt() {
    bus.events().subscribe(events::add);
    LinkFailure silence = LinkFailure.of(PeerChannel.MSGAPP, "read", Reason.READ_IDLE, "nothing");
    for (PeerChannel channel : List.of(PeerChannel.MSGAPP, PeerChannel.MESSAGE)) {
      status.streamUp(channel, Direction.SEND);
      status.streamUp(channel, Direction.RECEIVE);
    }
    status.streamDown(Direction.RECEIVE, silence);
    assertThat(status.active()).as("the other may be heard").isTrue();
    status.streamDown(Direction.RECEIVE, silence);
    assertThat(status.active()).isFalse();
    status.failed(failure(PeerChannel.MSGAPP));
    assertThat(status.active()).isFalse();
    status.streamUp(PeerChannel.MESSAGE, Direction.RECEIVE);
    assertThat(status.active()).as("heard again").isTrue();
    status.streamDown(Direction.RECEIVE, failure(PeerChannel.MESSAGE));
    assertThat(status.active()).as("closed is not silent, and streams to it are up").isTrue();
    awaitEvents(
        TransportEvent.PeerActive.class,
        TransportEvent.PeerInactive.class,
        TransportEvent.PeerActive.class);
  }

  @Test
  void aPeerThatWasNeverThereIsReportedInactiveOnce() {
    bus.events().subscribe(events::add);
    for (int i = 0; i < 5; i++) {
      status.failed(failure(PeerChannel.MESSAGE));
    }
    awaitEvents(TransportEvent.PeerInactive.class);
  }

  // ---- events ---------------------------------------------------------------------------------

  @Test
  void eachSubscriberSeesEveryEventInOrderAndTheEnd() {
    List<TransportEvent> other = new CopyOnWriteArrayList<>();
    boolean[] ended = new boolean[1];
    bus.events().subscribe(events::add);
    bus.events().subscribe(other::add, e -> {}, () -> ended[0] = true);
    for (int i = 0; i < 500; i++) {
      bus.publish(new TransportEvent.IncompatibleVersion(PEER, String.valueOf(i)));
    }
    bus.complete();
    Awaitility.await().until(() -> events.size() == 500 && ended[0]);
    assertThat(other).isEqualTo(events);
    for (int i = 0; i < 500; i++) {
      assertThat(((TransportEvent.IncompatibleVersion) events.get(i)).detail())
          .isEqualTo(String.valueOf(i));
    }
  }

  @RepeatedTest(100)
  void publishingRacesWithItself() {
    bus.events().subscribe(events::add);
    RaceTestUtils.race(
        () -> bus.publish(new TransportEvent.IncompatibleVersion(PEER, "1")),
        () -> bus.publish(new TransportEvent.IncompatibleVersion(PEER, "2")));
    Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> events.size() == 2);
  }

  /** It loses the oldest, and nobody waits for it. */
  @Test
  void aSubscriberThatFallsBehindHoldsNobodyUp() {
    bus.events().limitRate(1).take(1).subscribe(events::add);
    for (int i = 0; i < 5_000; i++) {
      bus.publish(new TransportEvent.IncompatibleVersion(PEER, String.valueOf(i)));
    }
    Awaitility.await().until(() -> events.size() == 1);
  }
}
