// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.MessageType;
import java.time.Duration;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What becomes of two members who meet. */
final class Encounter {

  private static final Duration WAIT = Duration.ofSeconds(10);

  private Encounter() {}

  /** Each takes the other. */
  static void taken(PeerTls first, PeerTls second) {
    try (Member one = member(1, first);
        Member two = member(2, second)) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
    }
  }

  /**
   * The first dials the second, who does not let it in.
   *
   * @return why, by the second's log: what the first hears of it may be a reset
   */
  static String refused(PeerTls first, PeerTls second) {
    Logger logger = (Logger) LoggerFactory.getLogger("io.raftwire.http.Listeners");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.list = new CopyOnWriteArrayList<>();
    lines.start();
    logger.addAppender(lines);
    try (Member one = member(1, first);
        Member two = member(2, second)) {
      one.know(two);
      await().atMost(WAIT).until(() -> !one.events(TransportEvent.PeerInactive.class).isEmpty());
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await().atMost(WAIT).until(() -> !one.events(TransportEvent.MessagesDropped.class).isEmpty());
      assertThat(two.inbound()).isEmpty();
      assertThat(one.active(two)).isFalse();
      await().atMost(WAIT).until(() -> !lines.list.isEmpty());
      return lines.list.get(0).getFormattedMessage();
    } finally {
      logger.detachAppender(lines);
    }
  }

  /**
   * The second dials the first, and goes no further.
   *
   * @return why, by what the second tells
   */
  static String shunned(PeerTls first, PeerTls second) {
    try (Member one = member(1, first);
        Member two = member(2, second)) {
      two.know(one);
      await().atMost(WAIT).until(() -> !two.events(TransportEvent.PeerInactive.class).isEmpty());
      return two.events(TransportEvent.PeerInactive.class).get(0).cause().detail();
    }
  }

  private static Member member(long id, PeerTls tls) {
    return Member.create(id, "https", config -> config.tls(tls)).takingAll().started();
  }
}
