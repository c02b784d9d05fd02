// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.http.config.PeerTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The PEM files of one member, which may be replaced. */
final class PemFolder {

  private final Path certificate;
  private final Path key;
  private final Path trustedCa;

  /** Files that have still to be written. */
  PemFolder(Path directory) throws IOException {
    Path folder = Files.createTempDirectory(directory, "member");
    this.certificate = folder.resolve("cert.pem");
    this.key = folder.resolve("key.pem");
    this.trustedCa = folder.resolve("ca.pem");
  }

  /** A certificate authority. */
  static X509Bundle ca(String name) throws Exception {
    return new CertificateBuilder()
        .subject(name)
        .setIsCertificateAuthority(true)
        .ecp256()
        .buildSelfSigned();
  }

  /** A certificate of a member of this machine. */
  static CertificateBuilder leaf() {
    return new CertificateBuilder()
        .subject("CN=member")
        .addSanIpAddress("127.0.0.1")
        .addSanDnsName("localhost");
  }

  Path certificate() {
    return certificate;
  }

  Path key() {
    return key;
  }

  /** Replaces certificate and key. */
  PemFolder show(X509Bundle leaf) throws IOException {
    Files.writeString(certificate, leaf.getCertificatePathPEM());
    Files.writeString(key, leaf.getPrivateKeyPEM());
    return this;
  }

  /** Replaces whom it trusts. */
  PemFolder trust(X509Bundle... authorities) throws IOException {
    Files.writeString(
        trustedCa,
        Arrays.stream(authorities)
            .map(X509Bundle::getCertificatePEM)
            .collect(Collectors.joining("\n")));
    return this;
  }

  /** TLS of these files, for both ends to show a certificate. */
  PeerTls.Builder tls() {
    return PeerTls.fromPem(certificate, key).trustedCa(trustedCa).clientAuth(true);
  }
}
