// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Clusters whose members demand certificates of their peers. */
@Tag("interop")
class MutualTlsIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void learnsFrom34() throws Exception {
    learns(Tools.etcd34());
  }

  @Test
  void learnsFrom37() throws Exception {
    learns(Tools.etcd37());
  }

  private void learns(Tools.Etcd etcd) throws Exception {
    X509Bundle ca =
        new CertificateBuilder()
            .subject("CN=raftwire test CA")
            .ecp256()
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    Path caFile = write("ca.pem", ca.getCertificatePEM());
    X509Bundle member = issue(ca, "member");
    X509Bundle self = issue(ca, "learner");
    try (EtcdCluster cluster =
        EtcdCluster.start(
            etcd,
            directory.resolve("etcd"),
            2,
            "https",
            "--peer-client-cert-auth",
            "--peer-cert-file=" + write("member.pem", member.getCertificatePEM()),
            "--peer-key-file=" + write("member.key", member.getPrivateKeyPEM()),
            "--peer-trusted-ca-file=" + caFile)) {
      LearnerProcess learner =
          LearnerProcess.start(
              directory,
              "learner",
              "--endpoints",
              cluster.endpoints(),
              "--listen-peer-urls",
              "https://127.0.0.1:" + EtcdCluster.freePort(),
              "--data-dir",
              directory.resolve("data").toString(),
              "--peer-cert-file",
              write("learner.pem", self.getCertificatePEM()).toString(),
              "--peer-key-file",
              write("learner.key", self.getPrivateKeyPEM()).toString(),
              "--peer-trusted-ca-file",
              caFile.toString());
      try (learner) {
        learner.awaitReplicating(cluster, SOON);
        cluster.put("secret", 200);
        List<String> expected = cluster.keysInOrder("secret");
        learner.awaitKey(expected.get(199), SOON);
        assertThat(Feeds.putKeys(learner.events(), "secret")).isEqualTo(expected);
        Feeds.assertConsecutive(learner.events());
      }
    }
  }

  private static X509Bundle issue(X509Bundle ca, String name) throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + name)
        .ecp256()
        .addSanIpAddress("127.0.0.1")
        .addExtendedKeyUsageServerAuth()
        .addExtendedKeyUsageClientAuth()
        .buildIssuedBy(ca);
  }

  private Path write(String name, String pem) throws Exception {
    return Files.writeString(directory.resolve(name), pem);
  }
}
