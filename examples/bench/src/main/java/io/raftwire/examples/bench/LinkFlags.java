// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.bench.peer.Link;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The flags that say who this end is and who the other one. */
final class LinkFlags {

  @CommandLine.Spec(CommandLine.Spec.Target.MIXEE)
  private CommandLine.Model.@Nullable CommandSpec command;

  @Option(
      names = "--id",
      required = true,
      paramLabel = "HEX",
      converter = Converters.Member.class,
      description = "Id of this member, hexadecimal as in etcd.")
  private @Nullable MemberId id;

  @Option(
      names = "--listen",
      required = true,
      paramLabel = "URL",
      converter = Converters.Url.class,
      description = "Where to serve the peer protocol: http://HOST:PORT")
  private @Nullable PeerUrls listen;

  @Option(
      names = "--peer-id",
      required = true,
      paramLabel = "HEX",
      converter = Converters.Member.class,
      description = "Id of the other member.")
  private @Nullable MemberId peerId;

  @Option(
      names = "--peer-url",
      required = true,
      paramLabel = "URL",
      converter = Converters.Url.class,
      description = "Where the other member serves.")
  private @Nullable PeerUrls peerUrl;

  @Option(
      names = "--cluster-id",
      required = true,
      paramLabel = "HEX",
      converter = Converters.Cluster.class,
      description = "Id of the cluster, the same for both.")
  private @Nullable ClusterId clusterId;

  Link link() {
    MemberId local = Objects.requireNonNull(id);
    MemberId peer = Objects.requireNonNull(peerId);
    if (local.equals(peer)) {
      throw invalid("--id and --peer-id are both " + local + " (expected: two different members)");
    }
    return new Link(
        local,
        Objects.requireNonNull(listen),
        peer,
        Objects.requireNonNull(peerUrl),
        Objects.requireNonNull(clusterId));
  }

  /** The error for a flag of the command these flags are part of. */
  CommandLine.ParameterException invalid(String message) {
    return new CommandLine.ParameterException(
        Objects.requireNonNull(command).commandLine(), message);
  }

  /** A value that must lie within bounds. */
  long within(String flag, long value, long least, long most) {
    if (value < least || value > most) {
      throw invalid(flag + ": " + value + " (expected: " + least + " to " + most + ")");
    }
    return value;
  }
}
