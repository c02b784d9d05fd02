// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http;

import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/** What may wait on an event loop, and is not ours to change. */
public final class AllowedBlocking implements BlockHoundIntegration {

  @Override
  public void applyTo(BlockHound.Builder builder) {
    // A log line may wait for the console: that is the choice of who configures the logging.
    builder.allowBlockingCallsInside("ch.qos.logback.classic.Logger", "callAppenders");
    // Netty's allocator takes a lock for the few instructions in which it grows. Netty allows that
    // for its older allocator, and for its newer one in other places; without this, a stream whose
    // buffer met the lock was reset.
    builder.allowBlockingCallsInside(
        "io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup", "tryExpandMagazines");
    // Reactor's timers wait in the JDK's queue, which takes a lock for the few instructions in
    // which one is put in or taken out. Reactor allows the former only; without this, a timer that
    // was disposed of while another was put in failed the end of a transport.
    builder.allowBlockingCallsInside(
        "java.util.concurrent.ScheduledThreadPoolExecutor$DelayedWorkQueue", "remove");
  }
}
