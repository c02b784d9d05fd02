// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How connections between peers are secured. A listener needs a server context for its {@code
 * https} URLs, a dialler a client context for {@code https} peers.
 *
 * <p>Made from PEM files, it notices when they change: a transport that was started looks at them
 * {@linkplain #checkInterval() now and then}, and connections from then on are made with what is in
 * them, the trusted CA and revocation lists included. Connections that are open stay as they are.
 */
public final class PeerTls {

  private static final Contexts NO_CONTEXTS = new Contexts(null, null);

  private final @Nullable PemFiles files;
  private final Duration checkInterval;
  private final Contexts given;
  private final boolean verifyHostName;

  /** Both contexts, which change together. */
  record Contexts(@Nullable SslContext server, @Nullable SslContext client) {}

  private PeerTls(
      @Nullable PemFiles files, Duration checkInterval, Contexts given, boolean verifyHostName) {
    this.files = files;
    this.checkInterval = checkInterval;
    this.given = given;
    this.verifyHostName = verifyHostName;
  }

  /** TLS from ready contexts; either may be missing where it is not needed. */
  public static PeerTls of(@Nullable SslContext server, @Nullable SslContext client) {
    return new PeerTls(null, Duration.ZERO, new Contexts(server, client), true);
  }

  /**
   * TLS from PEM files, as etcd's {@code --peer-cert-file} and {@code --peer-key-file}. The
   * certificate serves in both roles.
   *
   * @param certificate the certificate chain, this member's first
   * @param key its private key, in PKCS#8, PKCS#1 or SEC1, without a password
   */
  public static Builder fromPem(Path certificate, Path key) {
    return new Builder(certificate, key);
  }

  /**
   * Whether the host of a peer's URL must be named in its certificate. On unless set; off, any
   * certificate that chains to the trusted CA will do, as with peers behind address translation.
   */
  public PeerTls verifyHostName(boolean verify) {
    return new PeerTls(files, checkInterval, given, verify);
  }

  /** The context for listeners, if there is one; of PEM files, as they were when read last. */
  public @Nullable SslContext server() {
    return contexts().server();
  }

  /** The context for dialling, if there is one; of PEM files, as they were when read last. */
  public @Nullable SslContext client() {
    return contexts().client();
  }

  private Contexts contexts() {
    return files == null ? given : files.contexts();
  }

  /** Whether the host of a peer's URL must be named in its certificate. */
  public boolean verifiesHostName() {
    return verifyHostName;
  }

  /** How often a transport looks whether the files have changed; zero for never. */
  public Duration checkInterval() {
    return checkInterval;
  }

  /**
   * Reads the files again and, if they have changed, has new connections made with what is in them.
   * Blocks; any thread may call it, and a transport need not run.
   *
   * @return whether they have; never for ready contexts
   * @throws IllegalArgumentException naming the file that is missing or not what it should be;
   *     connections are made with what was read before
   */
  public boolean reload() {
    return files != null && files.reload();
  }

  /** Where the certificates come from. */
  @Override
  public String toString() {
    return files == null ? "ready contexts" : files.toString();
  }

  /** Sets what TLS from PEM files has beside certificate and key. */
  public static final class Builder {

    private final Path certificate;
    private final Path key;
    private @Nullable Path trustedCa;
    private @Nullable Path revocationLists;
    private @Nullable Boolean clientAuth;
    private Set<String> commonNames = Set.of();
    private Set<String> hostNames = Set.of();
    private Duration checkInterval = Duration.ofMinutes(1);

    private Builder(Path certificate, Path key) {
      this.certificate = Objects.requireNonNull(certificate, "certificate");
      this.key = Objects.requireNonNull(key, "key");
    }

    /**
     * The certificates peers must chain to, as etcd's {@code --peer-trusted-ca-file}. Default: the
     * platform's. With it, whoever connects must show a certificate, unless {@link #clientAuth}
     * says otherwise.
     */
    public Builder trustedCa(@Nullable Path trustedCa) {
      this.trustedCa = trustedCa;
      return this;
    }

    /**
     * Whether whoever connects must show a certificate, as etcd's {@code --peer-client-cert-auth}.
     * Default: if there is a {@linkplain #trustedCa trusted CA}; in etcd that demands it always.
     */
    public Builder clientAuth(boolean clientAuth) {
      this.clientAuth = clientAuth;
      return this;
    }

    /**
     * Certificate revocation lists, PEM or DER, as etcd's {@code --peer-crl-file}: a peer with a
     * certificate that its authority has revoked is refused, whoever of the two has dialled; but
     * one that dials shows none unless that is {@linkplain #clientAuth demanded}. A list of a
     * trusted CA must be signed by it. It counts even after the next one was due. Default: none.
     */
    public Builder revocationLists(@Nullable Path revocationLists) {
      this.revocationLists = revocationLists;
      return this;
    }

    /**
     * Which common names a peer's certificate may have, whoever of the two has dialled, as etcd's
     * {@code --peer-cert-allowed-cn}. Default: any. A peer must show a certificate then, and its
     * name must be one of these, letter by letter.
     */
    public Builder allowedCommonNames(String... names) {
      this.commonNames = names(names);
      return this;
    }

    /**
     * For which host names or IP addresses, of which one is enough, a peer's certificate must be
     * valid, whoever of the two has dialled, as etcd's {@code --peer-cert-allowed-hostname}.
     * Default: any. A peer must show a certificate then. Only its subject alternative names count,
     * and {@code *} in one of them stands for a whole first label.
     */
    public Builder allowedHostNames(String... names) {
      this.hostNames = names(names);
      return this;
    }

    private static Set<String> names(String... names) {
      for (String name : names) {
        if (name.isBlank()) {
          throw new IllegalArgumentException(
              "allowed names of peers: " + Arrays.asList(names) + " (expected: none is blank)");
        }
      }
      return new TreeSet<>(Arrays.asList(names));
    }

    /**
     * How often a transport that was started looks whether a file has changed; zero for never, and
     * {@link PeerTls#reload} remains. Default: 1 minute.
     */
    public Builder checkInterval(Duration checkInterval) {
      this.checkInterval = Checks.notNegative("checkInterval", checkInterval);
      return this;
    }

    /**
     * Reads the files now, blocking.
     *
     * @throws IllegalArgumentException naming the file that is missing or not what it should be, or
     *     the setting that does not go with another
     */
    public PeerTls build() {
      boolean shown = clientAuth == null ? trustedCa != null : clientAuth;
      if (trustedCa == null && shown) {
        throw new IllegalArgumentException(
            "peer trusted CA: none given (expected: a file, because client certificates are"
                + " demanded)");
      }
      if (!commonNames.isEmpty() && !hostNames.isEmpty()) {
        throw new IllegalArgumentException(
            "allowed names of peers: common names "
                + commonNames
                + " and host names "
                + hostNames
                + " (expected: one kind)");
      }
      boolean named = !commonNames.isEmpty() || !hostNames.isEmpty();
      if (named && !shown) {
        throw new IllegalArgumentException(
            "allowed names of peers: "
                + (commonNames.isEmpty() ? hostNames : commonNames)
                + " (expected: none, unless client certificates are demanded)");
      }
      PemFiles files =
          new PemFiles(
              certificate,
              key,
              trustedCa,
              revocationLists,
              shown,
              named ? new AllowedNames(commonNames, hostNames) : null);
      return new PeerTls(files, checkInterval, NO_CONTEXTS, true);
    }
  }
}
