// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner;

import io.raftwire.http.config.PeerTls;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How connections with the members are secured, by etcd's flags. */
final class PeerTlsOptions {

  @Option(
      names = "--peer-cert-file",
      paramLabel = "PEM",
      description = "Certificate for https peer URLs, shown as a client's and as a server's.")
  private @Nullable Path certFile;

  @Option(
      names = "--peer-key-file",
      paramLabel = "PEM",
      description = "Its key, without a password.")
  private @Nullable Path keyFile;

  @Option(
      names = "--peer-trusted-ca-file",
      paramLabel = "PEM",
      description =
          "The CA that members' certificates must come from; with it, who connects must show one.")
  private @Nullable Path trustedCaFile;

  @Option(
      names = "--peer-crl-file",
      paramLabel = "FILE",
      description = "Certificate revocation lists, PEM or DER: whose certificates do not count.")
  private @Nullable Path crlFile;

  @Option(
      names = "--peer-cert-allowed-cn",
      paramLabel = "NAME,...",
      description =
          "Which common names the members' certificates may have; needs --peer-trusted-ca-file."
              + " Default: any")
  private @Nullable String allowedCommonNames;

  @Option(
      names = "--peer-cert-allowed-hostname",
      paramLabel = "HOST,...",
      description =
          "For which hosts, of which one is enough, the members' certificates must be valid,"
              + " whatever their URLs; needs --peer-trusted-ca-file. Default: any")
  private @Nullable String allowedHostNames;

  /** Whether there is a certificate. */
  boolean isGiven() {
    return certFile != null;
  }

  /** Finds what is missing. */
  void check(List<String> problems) {
    Main.pair("--peer-cert-file", certFile, "--peer-key-file", keyFile, problems);
    if (certFile == null && keyFile == null) {
      String missing = "--peer-cert-file and --peer-key-file";
      ofNoUse("--peer-trusted-ca-file", trustedCaFile, missing, problems);
      ofNoUse("--peer-crl-file", crlFile, missing, problems);
    }
    if (trustedCaFile == null) {
      String missing = "--peer-trusted-ca-file";
      ofNoUse("--peer-cert-allowed-cn", allowedCommonNames, missing, problems);
      ofNoUse("--peer-cert-allowed-hostname", allowedHostNames, missing, problems);
    }
  }

  /**
   * What they say, once checked; null if they say nothing.
   *
   * @throws IllegalArgumentException if a file cannot be used
   */
  @Nullable PeerTls tls() {
    if (certFile == null || keyFile == null) {
      return null;
    }
    return PeerTls.fromPem(certFile, keyFile)
        .trustedCa(trustedCaFile)
        .revocationLists(crlFile)
        .allowedCommonNames(names(allowedCommonNames))
        .allowedHostNames(names(allowedHostNames))
        .build();
  }

  /** Finds what does nothing without something else. */
  static void ofNoUse(
      String option, @Nullable Object value, String missing, List<String> problems) {
    if (value != null) {
      problems.add(option + ": " + value + " (expected: " + missing + " as well)");
    }
  }

  // Not split by the parser of options, to which "," is no name at all, and so any.
  private static String[] names(@Nullable String list) {
    return list == null ? new String[0] : list.split(",", -1);
  }
}
