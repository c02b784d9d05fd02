// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which certificates their authorities have revoked (RFC 5280, 5). A list goes on to count after
 * the next one was due, as in etcd (client/pkg/transport, {@code checkCRL}); but unlike there, it
 * says nothing about another authority's certificates, which may have the same serial numbers.
 */
final class RevocationLists {

  private static final PemBlocks LISTS = new PemBlocks("X509 CRL");

  private final Path file;
  private final List<X509CRL> lists;

  private RevocationLists(Path file, List<X509CRL> lists) {
    this.file = file;
    this.lists = lists;
  }

  /**
   * @param content of the file, PEM or DER, a character for each byte
   * @param authorities whose lists must be signed by them
   * @throws IllegalArgumentException naming the file, if there is anything else in it
   */
  static RevocationLists parse(Path file, String content, X509Certificate[] authorities) {
    try {
      List<byte[]> blocks = LISTS.decode(content);
      if (blocks.isEmpty()) {
        blocks = List.of(content.getBytes(StandardCharsets.ISO_8859_1));
      }
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      List<X509CRL> lists = new ArrayList<>();
      for (byte[] der : blocks) {
        for (CRL list : factory.generateCRLs(new ByteArrayInputStream(der))) {
          verify((X509CRL) list, authorities);
          lists.add((X509CRL) list);
        }
      }
      if (lists.isEmpty()) {
        throw new GeneralSecurityException("there is none");
      }
      return new RevocationLists(file, lists);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "peer revocation lists: "
              + file
              + " (expected: a PEM or DER file with lists of the trusted CA): "
              + e.getMessage(),
          e);
    }
  }

  private static void verify(X509CRL list, X509Certificate[] authorities)
      throws GeneralSecurityException {
    List<X509Certificate> issuers =
        Arrays.stream(authorities)
            .filter(ca -> ca.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
            .toList();
    // That of an authority in between, which comes with the peer's certificate.
    boolean verified = issuers.isEmpty();
    for (X509Certificate issuer : issuers) {
      verified |= isSigned(list, issuer);
    }
    if (!verified) {
      throw new GeneralSecurityException(
          list.getIssuerX500Principal() + " has not signed the list that has its name");
    }
  }

  private static boolean isSigned(X509CRL list, X509Certificate issuer) {
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /**
   * @throws CertificateException naming the first that is revoked, if any is
   */
  void check(X509Certificate[] chain) throws CertificateException {
    for (X509Certificate certificate : chain) {
      for (X509CRL list : lists) {
        X509CRLEntry entry = list.getRevokedCertificate(certificate);
        if (entry != null) {
          throw revoked(certificate, entry);
        }
      }
    }
  }

  private CertificateException revoked(X509Certificate certificate, X509CRLEntry entry) {
    String text =
        "the peer's certificate of "
            + certificate.getSubjectX500Principal()
            + ", serial number "
            + certificate.getSerialNumber().toString(16)
            + ", was revoked at "
            + entry.getRevocationDate().toInstant()
            + " (expected: none that is in "
            + file
            + ")";
    // By its reason TLS tells the peer, too.
    return new CertificateException(
        text, new CertPathValidatorException(text, null, null, -1, BasicReason.REVOKED));
  }
}
