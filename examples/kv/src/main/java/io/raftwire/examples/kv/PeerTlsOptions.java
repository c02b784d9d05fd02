// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv;

import io.raftwire.examples.kv.node.StartupException;
import io.raftwire.http.config.PeerTls;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How connections with the other members are secured, by etcd's flags. */
final class PeerTlsOptions {

  @Option(
      names = "--peer-cert-file",
      paramLabel = "PEM",
      description = "This member's certificate, for https peer URLs.")
  private @Nullable Path certFile;

  @Option(
      names = "--peer-key-file",
      paramLabel = "PEM",
      description = "The certificate's private key, without a password.")
  private @Nullable Path keyFile;

  @Option(
      names = "--peer-trusted-ca-file",
      paramLabel = "PEM",
      description =
          "Who signs the other members' certificates; with it, members that connect must show one.")
  private @Nullable Path trustedCaFile;

  @Option(
      names = "--peer-crl-file",
      paramLabel = "FILE",
      description = "Certificate revocation lists, PEM or DER: who is not let in any more.")
  private @Nullable Path crlFile;

  @Option(
      names = "--peer-client-cert-auth",
      description = "Members that connect must show a certificate.")
  private boolean clientCertAuth;

  @Option(
      names = "--peer-cert-allowed-cn",
      paramLabel = "NAME,...",
      description = "Which common names the other members' certificates may have. Default: any")
  private @Nullable String allowedCommonNames;

  @Option(
      names = "--peer-cert-allowed-hostname",
      paramLabel = "HOST,...",
      description =
          "For which hosts, of which one is enough, the other members' certificates must be valid,"
              + " whatever their URLs. Default: any")
  private @Nullable String allowedHostNames;

  /** The certificate's file, if there is one. */
  @Nullable Path certFile() {
    return certFile;
  }

  /**
   * What they say; null if they say nothing.
   *
   * @throws StartupException if something is missing, or a file cannot be used
   */
  @Nullable PeerTls tls() {
    if (certFile == null && keyFile == null) {
      boolean more =
          trustedCaFile != null
              || crlFile != null
              || clientCertAuth
              || allowedCommonNames != null
              || allowedHostNames != null;
      if (more) {
        throw new StartupException(
            "--peer-trusted-ca-file, --peer-crl-file, --peer-client-cert-auth,"
                + " --peer-cert-allowed-cn, --peer-cert-allowed-hostname: without a certificate"
                + " (expected: also --peer-cert-file and --peer-key-file)");
      }
      return null;
    }
    if (certFile == null || keyFile == null) {
      throw new StartupException(
          "--peer-cert-file "
              + certFile
              + ", --peer-key-file "
              + keyFile
              + " (expected: both or neither)");
    }
    try {
      return PeerTls.fromPem(certFile, keyFile)
          .trustedCa(trustedCaFile)
          .revocationLists(crlFile)
          .clientAuth(clientCertAuth || trustedCaFile != null)
          .allowedCommonNames(names(allowedCommonNames))
          .allowedHostNames(names(allowedHostNames))
          .build();
    } catch (IllegalArgumentException e) {
      throw new StartupException(String.valueOf(e.getMessage()), e);
    }
  }

  // Not split by the parser of options, to which "," is no name at all, and so any.
  private static String[] names(@Nullable String list) {
    return list == null ? new String[0] : list.split(",", -1);
  }
}
