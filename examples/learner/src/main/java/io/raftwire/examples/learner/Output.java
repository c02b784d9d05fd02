// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner;

import io.raftwire.examples.learner.feed.EventFormat;
import io.raftwire.examples.learner.feed.FeedEvent;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes events as lines, each page with one write, so that a line is never cut by a kill. */
final class Output {

  private final FileOutputStream out;
  private final EventFormat format;
  private final Cursor cursor;

  Output(FileOutputStream out, EventFormat format, Cursor cursor) {
    this.out = out;
    this.format = format;
    this.cursor = cursor;
  }

  /** Writes a page and remembers how far it goes. Blocks if the reader of the output does. */
  long write(List<FeedEvent> page) {
    StringBuilder lines = new StringBuilder();
    page.forEach(event -> lines.append(format.line(event)).append('\n'));
    try {
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("output: " + e.getMessage(), e);
    }
    long last = page.get(page.size() - 1).index();
    cursor.write(last);
    return last;
  }
}
