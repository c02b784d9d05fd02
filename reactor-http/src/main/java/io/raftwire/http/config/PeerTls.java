// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How connections between peers are secured. A listener needs a server context for its {@code
 * https} URLs, a dialler a client context for {@code https} peers.
 */
public final class PeerTls {

  private final @Nullable SslContext server;
  private final @Nullable SslContext client;
  private final boolean verifyHostName;

  private PeerTls(
      @Nullable SslContext server, @Nullable SslContext client, boolean verifyHostName) {
    this.server = server;
    this.client = client;
    this.verifyHostName = verifyHostName;
  }

  /** TLS from ready contexts; either may be missing where it is not needed. */
  public static PeerTls of(@Nullable SslContext server, @Nullable SslContext client) {
    return new PeerTls(server, client, true);
  }

  /**
   * TLS from PEM files, as etcd's {@code --peer-cert-file}, {@code --peer-key-file}, {@code
   * --peer-trusted-ca-file} and {@code --peer-client-cert-auth}. The certificate serves in both
   * roles. Reads the files now, blocking.
   *
   * @param certificate the certificate chain, this member's first
   * @param key its private key, in PKCS#8, PKCS#1 or SEC1, without a password
   * @param trustedCa the certificates peers must chain to; null for the platform's
   * @param clientAuth whether whoever connects must show a certificate
   * @throws IllegalArgumentException naming the file that is missing or not what it should be
   */
  public static PeerTls fromPem(
      Path certificate, Path key, @Nullable Path trustedCa, boolean clientAuth) {
    readable("peer certificate", certificate);
    readable("peer key", key);
    if (trustedCa != null) {
      readable("peer trusted CA", trustedCa);
    } else if (clientAuth) {
      throw new IllegalArgumentException(
          "peer trusted CA: none given (expected: a file, because client certificates are demanded)");
    }
    try {
      byte[] chain = Files.readAllBytes(certificate);
      byte[] pkcs8 = PemKey.readAsPkcs8(key);
      SslContextBuilder server =
          SslContextBuilder.forServer(
                  new ByteArrayInputStream(chain), new ByteArrayInputStream(pkcs8))
              .clientAuth(clientAuth ? ClientAuth.REQUIRE : ClientAuth.NONE);
      SslContextBuilder client =
          SslContextBuilder.forClient()
              .keyManager(new ByteArrayInputStream(chain), new ByteArrayInputStream(pkcs8));
      if (trustedCa != null) {
        server.trustManager(trustedCa.toFile());
        client.trustManager(trustedCa.toFile());
      }
      return new PeerTls(server.build(), client.build(), true);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          "peer TLS: certificate "
              + certificate
              + ", key "
              + key
              + ", trusted CA "
              + trustedCa
              + " (expected: PEM files that belong together): "
              + e.getMessage(),
          e);
    }
  }

  /**
   * Whether the host of a peer's URL must be named in its certificate. On unless set; off, any
   * certificate that chains to the trusted CA will do, as with peers behind address translation.
   */
  public PeerTls verifyHostName(boolean verify) {
    return new PeerTls(server, client, verify);
  }

  /** The context for listeners, if there is one. */
  public @Nullable SslContext server() {
    return server;
  }

  /** The context for dialling, if there is one. */
  public @Nullable SslContext client() {
    return client;
  }

  /** Whether the host of a peer's URL must be named in its certificate. */
  public boolean verifiesHostName() {
    return verifyHostName;
  }

  private static void readable(String what, Path file) {
    Objects.requireNonNull(file, what);
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(what + ": " + file + " (expected: a readable PEM file)");
    }
  }
}
