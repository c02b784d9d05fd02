// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;

/** An authority that issues certificates to members on 127.0.0.1. */
final class Certificates {

  private final Path directory;
  private final X509Bundle ca;

  Certificates(Path directory) throws Exception {
    this.directory = directory;
    this.ca =
        new CertificateBuilder()
            .subject("CN=peer-ca")
            .setIsCertificateAuthority(true)
            .ecp256()
            .buildSelfSigned();
  }

  /** A new certificate, as files. */
  TestPeer.Tls issue(boolean mutual) throws Exception {
    X509Bundle member =
        new CertificateBuilder()
            .subject("CN=member")
            .addSanIpAddress("127.0.0.1")
            .ecp256()
            .buildIssuedBy(ca);
    return new TestPeer.Tls(
        write("cert", member.getCertificatePathPEM()),
        write("key", member.getPrivateKeyPEM()),
        write("ca", ca.getCertificatePEM()),
        mutual);
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(Files.createTempFile(directory, name, ".pem"), text);
  }
}
