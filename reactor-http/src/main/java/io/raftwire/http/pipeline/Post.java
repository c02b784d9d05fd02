// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.pipeline;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.raftpb.Message;
import java.net.URI;
import java.util.function.BiConsumer;
import reactor.core.Disposable;

/** A message on its way through a connection; all but the first two come from its event loop. */
interface Post {

  /** Where it goes. */
  URI url();

  /** The body. */
  Message message();

  /**
   * It is with a connection, or with the dialling of one, now.
   *
   * @param abandon ends that, and the connection with it
   */
  void carriedBy(Disposable abandon);

  /**
   * It is about to be written.
   *
   * @param header adds a header to the request, while the call lasts
   */
  void begins(BiConsumer<String, String> header);

  /**
   * The peer has answered.
   *
   * @param text the body without white space around it, as far as it was looked at
   */
  void answered(HttpResponseStatus status, HttpHeaders headers, String text);

  /** There will be no answer. */
  void failed(Throwable cause);
}
