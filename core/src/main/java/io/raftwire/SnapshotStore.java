// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import io.netty.buffer.ByteBuf;
import io.raftwire.raftpb.Message;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Where the body of a received snapshot goes before raft is told of it. The user supplies it. */
public interface SnapshotStore {

  /**
   * Saves one body durably.
   *
   * @param snapshot the MsgSnap that came before the body
   * @param body the bytes, to be subscribed to once; its demand is the sender's back-pressure. An
   *     error in it means that the body is broken and must leave nothing behind. Whoever takes a
   *     buffer releases it. It signals on an I/O thread, which must not be blocked. A buffer may be
   *     a part of larger memory, up to some 1 MiB, that is free again when all buffers of it are
   *     released. Where the bytes can be left as they came, those of such memory lie one behind the
   *     other, and each as far from the beginning of a block of 4 KiB of it as it will be in a
   *     file, so that they can be written from there with O_DIRECT.
   * @return the body's length in bytes once it is durable; the message goes to raft after that. An
   *     error refuses the snapshot. Cancelled if the sender goes away.
   */
  Mono<Long> save(Message snapshot, Flux<ByteBuf> body);

  /** A store that refuses every body, for a transport whose raft sends none. */
  static SnapshotStore refusing() {
    return (snapshot, body) ->
        body.doOnNext(ByteBuf::release)
            .then(
                Mono.error(
                    new RaftwireException("no snapshot store is configured on this member")));
  }
}
