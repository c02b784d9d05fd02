// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MergedWarningTest {

  @Test
  void onlyTheFirstIsAWarning() {
    Logger logger = (Logger) LoggerFactory.getLogger("io.raftwire.test.merged");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.setLevel(Level.DEBUG);
    logger.setAdditive(false);
    logger.addAppender(lines);
    MergedWarning warning = new MergedWarning(logger, "{} refused {}");
    for (int i = 0; i < 5; i++) {
      warning.log("1", i);
    }
    assertThat(lines.list)
        .extracting(line -> line.getLevel() + " " + line.getFormattedMessage())
        .containsExactly(
            "WARN 1 refused 0",
            "DEBUG 1 refused 1",
            "DEBUG 1 refused 2",
            "DEBUG 1 refused 3",
            "DEBUG 1 refused 4");
  }
}
