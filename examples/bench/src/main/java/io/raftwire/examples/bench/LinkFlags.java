// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.peer.Transport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The flags that say who this end is, who the other one, and how they talk. */
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
      split = ",",
      paramLabel = "URL",
      converter = Converters.Url.class,
      description = "Where to serve the peer protocol: http[s]://HOST:PORT")
  private List<PeerUrls> listen = List.of();

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
      split = ",",
      paramLabel = "URL",
      converter = Converters.Url.class,
      description = "Where the other member serves.")
  private List<PeerUrls> peerUrls = List.of();

  @Option(
      names = "--cluster-id",
      required = true,
      paramLabel = "HEX",
      converter = Converters.Cluster.class,
      description = "Id of the cluster, the same for both.")
  private @Nullable ClusterId clusterId;

  @Option(
      names = "--transport",
      paramLabel = "NAME",
      description = "The library: ${COMPLETION-CANDIDATES}. Default: raftwire")
  private Transport transport = Transport.raftwire;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "For mutual TLS: the certificate chain of this end, PEM.")
  private @Nullable Path certificate;

  @Option(names = "--key", paramLabel = "FILE", description = "The private key of it, PEM.")
  private @Nullable Path key;

  @Option(
      names = "--trusted-ca",
      paramLabel = "FILE",
      description = "What the other end's certificate must chain to, PEM.")
  private @Nullable Path trustedCa;

  Transport transport() {
    if (tls() != null && !transport.isRaftwire()) {
      throw invalid("--cert: only for transports raftwire and metrics, not for " + transport);
    }
    return transport;
  }

  /** This end, which talks to one other one. */
  Link link() {
    return toMany(0, 1);
  }

  /** This end, which may talk to several others. */
  Link toMany(int stuck) {
    return toMany(stuck, Integer.MAX_VALUE);
  }

  /** Several ends in this process, which talk to one other one. */
  List<Link> fromMany(@Nullable Path directory) {
    MemberId first = Objects.requireNonNull(id);
    List<Link.Other> others = others(1);
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < listen.size(); i++) {
      links.add(link(MemberId.of(first.value() + i), listen.get(i), others, 0, directory));
    }
    return List.copyOf(links);
  }

  private Link toMany(int stuck, int most) {
    if (listen.size() != 1) {
      throw invalid("--listen: " + listen.size() + " URLs (expected: one)");
    }
    return link(Objects.requireNonNull(id), listen.get(0), others(most), stuck, null);
  }

  private Link link(
      MemberId local, PeerUrls url, List<Link.Other> others, int stuck, @Nullable Path directory) {
    for (Link.Other other : others) {
      if (other.id().equals(local)) {
        throw invalid(
            "--id and --peer-id are both " + local + " (expected: two different members)");
      }
    }
    if (tls() == null && (isHttps(url) || others.stream().anyMatch(o -> isHttps(o.url())))) {
      throw invalid("https (expected: http, or --cert, --key and --trusted-ca)");
    }
    return new Link(local, url, others, stuck, Objects.requireNonNull(clusterId), tls(), directory);
  }

  private List<Link.Other> others(int most) {
    if (peerUrls.size() > most) {
      throw invalid("--peer-url: " + peerUrls.size() + " URLs (expected: one)");
    }
    MemberId first = Objects.requireNonNull(peerId);
    List<Link.Other> others = new ArrayList<>();
    for (int i = 0; i < peerUrls.size(); i++) {
      others.add(new Link.Other(MemberId.of(first.value() + i), peerUrls.get(i)));
    }
    return others;
  }

  private Link.@Nullable Tls tls() {
    if (certificate == null && key == null && trustedCa == null) {
      return null;
    }
    if (certificate == null || key == null || trustedCa == null) {
      throw invalid("--cert, --key and --trusted-ca belong together (expected: all or none)");
    }
    return new Link.Tls(certificate, key, trustedCa);
  }

  private static boolean isHttps(PeerUrls url) {
    return url.urls().get(0).getScheme().equals("https");
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
