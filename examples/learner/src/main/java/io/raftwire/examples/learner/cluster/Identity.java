// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Who a data directory's learner is: {@code member.json}, replaced in one step. It says {@code
 * joining} before the cluster is asked, so that a learner that died in between finds itself in the
 * member list instead of joining twice.
 *
 * @param memberId 0 while joining
 * @param clusterId 0 while joining
 */
public record Identity(State state, MemberId memberId, ClusterId clusterId, PeerUrls urls) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "member.json";

  /** How far it has come. */
  public enum State {
    /** About to ask to be added. */
    JOINING,
    /** In the cluster. */
    MEMBER,
    /** Removed; the directory cannot be used again. */
    LEFT
  }

  /** One that is about to join. */
  public static Identity joining(PeerUrls urls) {
    return new Identity(State.JOINING, MemberId.of(0), ClusterId.of(0), urls);
  }

  /** The same with another state. */
  public Identity with(State newState) {
    return new Identity(newState, memberId, clusterId, urls);
  }

  /** The same with other URLs. */
  public Identity with(PeerUrls newUrls) {
    return new Identity(state, memberId, clusterId, newUrls);
  }

  /** What a data directory has; empty if there is nothing. */
  public static Optional<Identity> read(Path dataDir) {
    Path file = dataDir.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      JsonNode json = JSON.readTree(file.toFile());
      return Optional.of(
          new Identity(
              State.valueOf(json.path("state").asText()),
              MemberId.parse(json.path("memberId").asText()),
              ClusterId.parse(json.path("clusterId").asText()),
              PeerUrls.parse(json.path("peerURLs").asText())));
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new ClusterException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes it, durably. */
  public Identity write(Path dataDir) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("state", state.name())
            .put("memberId", memberId.toString())
            .put("clusterId", clusterId.toString())
            .put("peerURLs", urls.toString());
    try {
      Files.createDirectories(dataDir);
      Path temporary = dataDir.resolve(FILE + ".tmp");
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        channel.write(
            ByteBuffer.wrap((json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8)));
        channel.force(true);
      }
      Files.move(
          temporary,
          dataDir.resolve(FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
