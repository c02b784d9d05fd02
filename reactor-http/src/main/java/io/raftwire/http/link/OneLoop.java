// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;
import reactor.netty.resources.LoopResources;

/**
 * One event loop of several, to dial on. Left to itself, Reactor Netty (1.3) takes the next loop
 * twice for each connection it dials: of two loops, one would get all of them.
 */
record OneLoop(LoopResources all, EventLoop loop) implements LoopResources {

  /**
   * The loop whose turn it is.
   *
   * @param turn any number; the next one leads to the next loop
   */
  static OneLoop of(LoopResources all, int turn) {
    List<EventExecutor> loops = new ArrayList<>();
    all.onClient(LoopResources.DEFAULT_NATIVE).forEach(loops::add);
    return new OneLoop(all, (EventLoop) loops.get(Math.floorMod(turn, loops.size())));
  }

  @Override
  public EventLoopGroup onServer(boolean useNative) {
    return loop;
  }

  @Override
  public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup group) {
    return all.onChannel(type, group);
  }

  @Override
  public <C extends Channel> Class<? extends C> onChannelClass(
      Class<C> type, EventLoopGroup group) {
    return all.onChannelClass(type, group);
  }
}
