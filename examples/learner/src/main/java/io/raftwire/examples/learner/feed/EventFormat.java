// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.feed;

/** How an event is written: one line without its end. */
public interface EventFormat {

  /** The line of one event. */
  String line(FeedEvent event);
}
