// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trusts peers whose certificates chain to a trusted CA, are not revoked and have a right name. */
final class PeerTrust extends X509ExtendedTrustManager {

  private final X509ExtendedTrustManager chains;
  private final @Nullable RevocationLists revoked;
  private final @Nullable AllowedNames names;

  /**
   * @param chains says whether a certificate chains to a trusted CA
   * @param revoked null if none is
   * @param names null for any
   */
  PeerTrust(
      X509ExtendedTrustManager chains,
      @Nullable RevocationLists revoked,
      @Nullable AllowedNames names) {
    this.chains = chains;
    this.revoked = revoked;
    this.names = names;
  }

  private void check(X509Certificate[] chain) throws CertificateException {
    if (revoked != null) {
      revoked.check(chain);
    }
    if (names != null) {
      names.check(chain[0]);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    chains.checkClientTrusted(chain, authType, engine);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType, engine);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    chains.checkClientTrusted(chain, authType, socket);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType, socket);
    check(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    chains.checkClientTrusted(chain, authType);
    check(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    chains.checkServerTrusted(chain, authType);
    check(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains.getAcceptedIssuers();
  }
}
