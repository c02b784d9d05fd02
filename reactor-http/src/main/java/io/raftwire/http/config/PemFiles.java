// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.raftwire.http.config.PeerTls.Contexts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The PEM files of a member, and the contexts made of what was in them when they were last as they
 * should be. Who replaces them does so one by one: what does not belong together is refused, and
 * read again later.
 */
final class PemFiles {

  private static final PemBlocks CERTIFICATES = new PemBlocks("(?:X509 )?CERTIFICATE");

  // Netty's OpenSSL offers no other kind of key.
  private static final Set<String> OPENSSL_KEYS = Set.of("RSA", "EC");

  private final Path certificate;
  private final Path key;
  private final @Nullable Path trustedCa;
  private final @Nullable Path revocationLists;
  private final boolean clientAuth;
  private final @Nullable AllowedNames allowed;

  // What the contexts were made of. Belongs to who has this object's monitor.
  private Contents contents;
  private volatile Contexts contexts;

  /**
   * Reads the files, blocking.
   *
   * @param trustedCa null for whom the platform trusts
   * @param revocationLists null if no certificate is revoked
   * @param allowed null for peers of any name
   * @throws IllegalArgumentException naming the file that is missing or not what it should be
   */
  PemFiles(
      Path certificate,
      Path key,
      @Nullable Path trustedCa,
      @Nullable Path revocationLists,
      boolean clientAuth,
      @Nullable AllowedNames allowed) {
    this.certificate = certificate;
    this.key = key;
    this.trustedCa = trustedCa;
    this.revocationLists = revocationLists;
    this.clientAuth = clientAuth;
    this.allowed = allowed;
    this.contents = read();
    this.contexts = contexts(contents);
  }

  /** Those of the files as they were when read last. */
  Contexts contexts() {
    return contexts;
  }

  /**
   * Reads the files again, blocking.
   *
   * @return whether there are new contexts, since a file has changed
   * @throws IllegalArgumentException naming the file that is missing or not what it should be; the
   *     contexts stay
   */
  synchronized boolean reload() {
    Contents now = read();
    if (now.equals(contents)) {
      return false;
    }
    contexts = contexts(now);
    contents = now;
    return true;
  }

  @Override
  public String toString() {
    Object trusted = trustedCa == null ? "the platform's" : trustedCa;
    String revoked = revocationLists == null ? "" : ", revocation lists " + revocationLists;
    return "certificate " + certificate + ", key " + key + ", trusted CA " + trusted + revoked;
  }

  private Contents read() {
    return new Contents(
        read("peer certificate", certificate),
        read("peer key", key),
        trustedCa == null ? "" : read("peer trusted CA", trustedCa),
        revocationLists == null ? "" : read("peer revocation lists", revocationLists));
  }

  // PEM is ASCII, what is around it may be anything, and DER is kept byte by byte.
  private static String read(String what, Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new IllegalArgumentException(what + ": " + file + " (expected: a readable file)", e);
    }
  }

  private Contexts contexts(Contents from) {
    X509Certificate[] chain = certificates("peer certificate", certificate, from.certificate);
    PrivateKey privateKey = privateKey(from.key, chain[0].getPublicKey());
    X509Certificate[] authorities =
        trustedCa == null
            ? new X509Certificate[0]
            : certificates("peer trusted CA", trustedCa, from.trustedCa);
    RevocationLists revoked =
        revocationLists == null
            ? null
            : RevocationLists.parse(revocationLists, from.revocationLists, authorities);
    try {
      TrustManager peers = new PeerTrust(trusting(authorities), revoked, allowed);
      boolean anyProvider = OPENSSL_KEYS.contains(privateKey.getAlgorithm());
      SslProvider provider = anyProvider ? SslContext.defaultServerProvider() : SslProvider.JDK;
      SslContextBuilder server =
          SslContextBuilder.forServer(privateKey, chain)
              .sslProvider(provider)
              .clientAuth(clientAuth ? ClientAuth.REQUIRE : ClientAuth.NONE)
              .trustManager(peers);
      SslContextBuilder client =
          SslContextBuilder.forClient()
              .sslProvider(provider)
              .keyManager(privateKey, chain)
              .trustManager(peers);
      return new Contexts(server.build(), client.build());
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException(
          "peer TLS: " + this + " (expected: PEM files that belong together): " + e.getMessage(),
          e);
    }
  }

  private static X509Certificate[] certificates(String what, Path file, String pem) {
    List<X509Certificate> certificates = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (byte[] der : CERTIFICATES.decode(pem)) {
        certificates.add(
            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw noCertificates(what, file, ": " + e.getMessage(), e);
    }
    if (certificates.isEmpty()) {
      throw noCertificates(what, file, "", null);
    }
    return certificates.toArray(new X509Certificate[0]);
  }

  private static IllegalArgumentException noCertificates(
      String what, Path file, String more, @Nullable Exception cause) {
    return new IllegalArgumentException(
        what + ": " + file + " (expected: a PEM file with certificates)" + more, cause);
  }

  /** What trusts who chains to one of these certificates, or else to the platform's. */
  private static X509ExtendedTrustManager trusting(X509Certificate[] authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = null;
    if (authorities.length > 0) {
      store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < authorities.length; i++) {
        store.setCertificateEntry(Integer.toString(i), authorities[i]);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
  }

  private PrivateKey privateKey(String pem, PublicKey publicKey) {
    byte[] pkcs8 = PemKey.toPkcs8(key, pem);
    String algorithm = publicKey.getAlgorithm();
    try {
      PrivateKey privateKey =
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      if (belongTogether(privateKey, publicKey)) {
        return privateKey;
      }
      throw new GeneralSecurityException("it signs what the certificate does not verify");
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          String.format(
              "peer key: %s (expected: the private key, %s, of the certificate in %s): %s",
              key, algorithm, certificate, e.getMessage()),
          e);
    }
  }

  private static boolean belongTogether(PrivateKey privateKey, PublicKey publicKey)
      throws GeneralSecurityException {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    byte[] anything = {1};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(privateKey);
    signature.update(anything);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(anything);
    return signature.verify(signed);
  }

  /** What is in the files. */
  private record Contents(
      String certificate, String key, String trustedCa, String revocationLists) {}
}
