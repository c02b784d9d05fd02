// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.http.config.PeerTls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The PEM files of one member, which may be replaced. */
final class PemFolder {

  /** When certificates were revoked. */
  static final Instant REVOKED = Instant.parse("2026-03-04T05:06:07Z");

  private final Path certificate;
  private final Path key;
  private final Path trustedCa;
  private final Path revocationLists;

  /** Files that have still to be written. */
  PemFolder(Path directory) throws IOException {
    Path folder = Files.createTempDirectory(directory, "member");
    this.certificate = folder.resolve("cert.pem");
    this.key = folder.resolve("key.pem");
    this.trustedCa = folder.resolve("ca.pem");
    this.revocationLists = folder.resolve("crl");
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

  /** An authority's list of certificates it has revoked in 2026, in DER. */
  static byte[] revocationList(X509Bundle ca, X509Bundle... revoked) throws Exception {
    return revocationList(ca, Instant.now().plus(Duration.ofDays(1)), revoked);
  }

  /**
   * @param nextUpdate when there was to be another list
   */
  static byte[] revocationList(X509Bundle ca, Instant nextUpdate, X509Bundle... revoked)
      throws Exception {
    X500Name issuer =
        X500Name.getInstance(ca.getCertificate().getSubjectX500Principal().getEncoded());
    Date then = Date.from(REVOKED);
    X509v2CRLBuilder list = new X509v2CRLBuilder(issuer, then).setNextUpdate(Date.from(nextUpdate));
    for (X509Bundle leaf : revoked) {
      list.addCRLEntry(leaf.getCertificate().getSerialNumber(), then, 0);
    }
    PrivateKey key = ca.getKeyPair().getPrivate();
    return list.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)).getEncoded();
  }

  Path revocationLists() {
    return revocationLists;
  }

  Path certificate() {
    return certificate;
  }

  Path key() {
    return key;
  }

  Path trustedCa() {
    return trustedCa;
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

  /** Replaces the lists of whom it does not trust any more. */
  PemFolder distrust(byte[] lists) throws IOException {
    Files.write(revocationLists, lists);
    return this;
  }

  /** TLS of these files, for both ends to show a certificate. */
  PeerTls.Builder tls() {
    return PeerTls.fromPem(certificate, key).trustedCa(trustedCa).clientAuth(true);
  }
}
