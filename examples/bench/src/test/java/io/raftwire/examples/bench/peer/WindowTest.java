// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WindowTest {

  private final Resting resting = new Resting();
  private final Window window = new Window(8, resting);

  @Test
  void whatIsSentTakesRoomAndWhatIsAcknowledgedGivesItBack() {
    send(8);

    assertThat(window.room()).isZero();

    window.acknowledged(3);

    assertThat(window.room()).isEqualTo(3);
    assertThat(window.acknowledged()).isEqualTo(3);
  }

  @Test
  void aCountFromBeforeDoesNotMatter() {
    window.acknowledged(1000);
    window.begin();
    send(2);
    window.acknowledged(1001);

    assertThat(window.acknowledged()).isEqualTo(1);
    assertThat(window.room()).isEqualTo(7);
  }

  @Test
  void anOlderAcknowledgementChangesNothing() {
    send(8);
    window.acknowledged(5);
    window.acknowledged(4);

    assertThat(window.acknowledged()).isEqualTo(5);
  }

  @Test
  @Timeout(20)
  void whoeverRestsIsWokenByRoom() throws InterruptedException {
    send(8);
    Thread sender =
        new Thread(() -> resting.rest(window::isWorthWaking, TimeUnit.MINUTES.toNanos(1)));
    sender.start();
    while (sender.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    window.acknowledged(8);
    sender.join();

    assertThat(window.room()).isEqualTo(8);
  }

  private void send(int messages) {
    for (int i = 0; i < messages; i++) {
      window.oneSent();
    }
  }
}
