// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import io.raftwire.examples.bench.BenchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate for 127.0.0.1 that signs itself, made by the JDK's {@code keytool}. Both ends show
 * it, and trust it alone.
 *
 * @param chain PEM
 * @param key PEM
 */
record Certificate(Path chain, Path key) {

  private static final String ALIAS = "peer";
  private static final String PASSWORD = "raftwire-bench";
  private static final int KEYTOOL_SECONDS = 30;
  private static final int PEM_WIDTH = 64;

  /** The flags of an end. */
  List<String> flags() {
    return List.of(
        "--cert", chain.toString(), "--key", key.toString(), "--trusted-ca", chain.toString());
  }

  /** Makes one. */
  static Certificate make(Path directory) {
    Path store = directory.resolve("peer.p12");
    keytool(store, directory.resolve("keytool.log"));
    try (InputStream in = Files.newInputStream(store)) {
      char[] password = PASSWORD.toCharArray();
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, password);
      Key key = keys.getKey(ALIAS, password);
      Certificate made =
          new Certificate(directory.resolve("peer.pem"), directory.resolve("peer-key.pem"));
      Files.writeString(made.chain, pem("CERTIFICATE", keys.getCertificate(ALIAS).getEncoded()));
      Files.writeString(made.key, pem("PRIVATE KEY", key.getEncoded()));
      return made;
    } catch (IOException | GeneralSecurityException e) {
      throw new BenchException("cannot make a certificate: " + e.getMessage(), e);
    }
  }

  private static void keytool(Path store, Path log) {
    Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    List<String> command =
        List.of(
            tool.toString(),
            "-genkeypair",
            "-alias",
            ALIAS,
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-dname",
            "CN=raftwire-bench",
            "-ext",
            "san=ip:127.0.0.1",
            "-ext",
            "eku=serverAuth,clientAuth",
            "-ext",
            "bc=ca:true",
            "-validity",
            "30",
            "-storetype",
            "PKCS12",
            "-keystore",
            store.toString(),
            "-storepass",
            PASSWORD);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new BenchException(
            "keytool made no certificate: " + Files.readString(log, StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new BenchException("cannot run keytool: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted while keytool ran", e);
    }
  }

  private static String pem(String type, byte[] der) {
    Base64.Encoder encoder =
        Base64.getMimeEncoder(PEM_WIDTH, "\n".getBytes(StandardCharsets.US_ASCII));
    return "-----BEGIN "
        + type
        + "-----\n"
        + encoder.encodeToString(der)
        + "\n-----END "
        + type
        + "-----\n";
  }
}
