// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.cluster;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.raftwire.http.config.PeerTls;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A client's TLS from PEM files, for the JDK's HTTP client. */
public final class Pem {

  private Pem() {}

  /**
   * Reads the files.
   *
   * @param certificate shown to servers; null for none, and then there is no key either
   * @param trustedCa whom to trust; null for whom the platform trusts
   * @throws IllegalArgumentException naming what is not as it should be
   */
  public static SSLContext client(
      @Nullable Path certificate, @Nullable Path key, @Nullable Path trustedCa) {
    try {
      SslContext context;
      if (certificate != null && key != null) {
        context = PeerTls.fromPem(certificate, key).trustedCa(trustedCa).build().client();
      } else {
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK);
        if (trustedCa != null) {
          builder.trustManager(readable(trustedCa).toFile());
        }
        context = builder.build();
      }
      return forJdk(context);
    } catch (SSLException | RuntimeException e) {
      throw new IllegalArgumentException(
          String.format(
              "client TLS: certificate %s, key %s, trusted CA %s (expected: readable PEM files that"
                  + " belong together): %s",
              certificate, key, trustedCa, e.getMessage()),
          e);
    }
  }

  /**
   * What the JDK's HTTP client takes for one of Netty's contexts.
   *
   * @throws IllegalArgumentException if it is not of the JDK's TLS
   */
  public static SSLContext forJdk(@Nullable SslContext context) {
    if (context instanceof JdkSslContext jdk) {
      return jdk.context();
    }
    throw new IllegalArgumentException("the JDK's TLS is not in use");
  }

  private static Path readable(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(file + " is not a readable file");
    }
    return file;
  }
}
