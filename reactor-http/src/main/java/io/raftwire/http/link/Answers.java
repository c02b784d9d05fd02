// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.link;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.PeerChannel;
import io.raftwire.TransportEvent;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClientResponse;

/**
 * What a peer's refusing answers mean, the same for streams and POSTs but for the status that says
 * «removed» (rafthttp's {@code checkPostResponse} and {@code streamReader.dial}).
 */
public final class Answers {

  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  /** How much of an answer's text is looked at. */
  public static final int MAX_TEXT_BYTES = 256;

  private Answers() {}

  /**
   * The error behind an answer that is not the hoped-for one; events that go with it are published.
   *
   * @param body the answer's body, read as far as its text goes
   */
  public static <T> Mono<T> refused(
      PeerLink link,
      PeerChannel channel,
      HttpClientResponse response,
      HttpResponseStatus removed,
      Flux<ByteBuf> body) {
    return text(body)
        .flatMap(
            text ->
                Mono.error(
                    new LinkException(
                        link.peer(),
                        failure(
                            link,
                            channel,
                            response.status(),
                            response.responseHeaders(),
                            removed,
                            text))));
  }

  /**
   * What went wrong when an answer is not the hoped-for one; events that go with it are published.
   *
   * @param removed the status by which a peer says that this member was removed
   * @param text the answer's body without white space around it, as far as it was read
   */
  public static LinkFailure failure(
      PeerLink link,
      PeerChannel channel,
      HttpResponseStatus status,
      HttpHeaders headers,
      HttpResponseStatus removed,
      String text) {
    String action = "answer";
    if (status.equals(removed)) {
      LinkFailure failure =
          LinkFailure.of(
              channel, action, Reason.REMOVED, "this member was removed from the cluster");
      if (link.removalReported()) {
        return failure;
      }
      log.error("{}: peer {} says that {}", link.local(), link.peer(), failure.detail());
      link.publish(new TransportEvent.MemberRemoved(link.peer(), failure));
      return failure;
    }
    if (status.equals(HttpResponseStatus.PRECONDITION_FAILED)) {
      if (text.equals(Refusal.CLUSTER_ID_MISMATCH)) {
        String remote = PeerHeaders.clusterId(headers);
        link.clusterIdMismatch(remote);
        return LinkFailure.of(
            channel,
            action,
            Reason.CLUSTER_ID,
            "the peer's cluster is \"" + remote + "\", not " + link.config().clusterId());
      }
      if (text.equals(Refusal.INCOMPATIBLE_VERSION)) {
        String detail =
            "the peer, at version "
                + PeerHeaders.serverVersion(headers)
                + ", refuses version "
                + link.config().serverVersion()
                + " with minimum "
                + link.config().minClusterVersion();
        link.incompatibleVersion(detail);
        return LinkFailure.of(channel, action, Reason.VERSION, detail);
      }
    }
    return LinkFailure.of(
        channel,
        action,
        Reason.REFUSED,
        "status " + status.code() + (text.isEmpty() ? "" : ": " + text));
  }

  private static Mono<String> text(Flux<ByteBuf> body) {
    return body.take(1)
        .map(
            bytes ->
                bytes.toString(
                    bytes.readerIndex(),
                    Math.min(bytes.readableBytes(), MAX_TEXT_BYTES),
                    StandardCharsets.UTF_8))
        .next()
        .defaultIfEmpty("")
        .map(String::strip)
        .onErrorReturn("");
  }
}
