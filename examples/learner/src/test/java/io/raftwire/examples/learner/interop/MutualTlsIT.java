// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Clusters whose members demand certificates of their peers. */
@Tag("interop")
class MutualTlsIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  private static X509Bundle ca;
  private static X509Bundle member;
  private static X509Bundle self;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @BeforeAll
  static void issue() throws Exception {
    ca =
        new CertificateBuilder()
            .subject("CN=raftwire test CA")
            .ecp256()
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    member = issue("member");
    self = issue("learner");
  }

  @Test
  void learnsFrom34() throws Exception {
    learns(Tools.etcd34());
  }

  @Test
  void learnsFrom37() throws Exception {
    learns(Tools.etcd37());
  }

  @Test
  void saysWhyItRefusesAMember() throws Exception {
    try (EtcdCluster cluster = cluster(Tools.etcd37(), 1)) {
      Path none = Files.write(directory.resolve("none.crl"), revocationList());
      refuses(
          "named",
          "is for the common name member (expected: one of [another, one])",
          cluster,
          "--peer-crl-file=" + none,
          "--peer-cert-allowed-cn=one,another");
      Path its = Files.write(directory.resolve("its.crl"), revocationList(member));
      refuses("revoked", "was revoked", cluster, "--peer-crl-file=" + its);
    }
  }

  private void learns(Tools.Etcd etcd) throws Exception {
    try (EtcdCluster cluster = cluster(etcd, 2);
        LearnerProcess learner = learner("learner", cluster, "--peer-cert-allowed-cn=member")) {
      learner.awaitReplicating(cluster, SOON);
      cluster.put("secret", 200);
      List<String> expected = cluster.keysInOrder("secret");
      learner.awaitKey(expected.get(199), SOON);
      assertThat(Feeds.putKeys(learner.events(), "secret")).isEqualTo(expected);
      Feeds.assertConsecutive(learner.events());
    }
  }

  private void refuses(String name, String reason, EtcdCluster cluster, String... flags)
      throws Exception {
    try (LearnerProcess learner = learner(name, cluster, flags)) {
      learner.awaitError(reason, SOON);
      assertThat(learner.events()).isEmpty();
      learner.killNow();
    }
    // Not more than one learner is let in.
    LearnerProcess leaving = learner(name, cluster, "--leave");
    assertThat(leaving.exitCode()).as(leaving.errors()).isZero();
  }

  private EtcdCluster cluster(Tools.Etcd etcd, int size) throws Exception {
    return EtcdCluster.start(
        etcd,
        directory.resolve("etcd"),
        size,
        "https",
        "--peer-client-cert-auth",
        "--peer-cert-file=" + write("member.pem", member.getCertificatePEM()),
        "--peer-key-file=" + write("member.key", member.getPrivateKeyPEM()),
        "--peer-trusted-ca-file=" + write("ca.pem", ca.getCertificatePEM()));
  }

  private LearnerProcess learner(String name, EtcdCluster cluster, String... flags)
      throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--endpoints=" + cluster.endpoints(),
                "--listen-peer-urls=https://127.0.0.1:" + EtcdCluster.freePort(),
                "--data-dir=" + directory.resolve(name + ".data"),
                "--peer-cert-file=" + write("learner.pem", self.getCertificatePEM()),
                "--peer-key-file=" + write("learner.key", self.getPrivateKeyPEM()),
                "--peer-trusted-ca-file=" + write("ca.pem", ca.getCertificatePEM())));
    arguments.addAll(List.of(flags));
    return LearnerProcess.start(directory, name, arguments.toArray(String[]::new));
  }

  private static byte[] revocationList(X509Bundle... revoked) throws Exception {
    X500Name issuer =
        X500Name.getInstance(ca.getCertificate().getSubjectX500Principal().getEncoded());
    Date now = Date.from(Instant.now());
    X509v2CRLBuilder list = new X509v2CRLBuilder(issuer, now);
    for (X509Bundle leaf : revoked) {
      list.addCRLEntry(leaf.getCertificate().getSerialNumber(), now, CRLReason.keyCompromise);
    }
    PrivateKey key = ca.getKeyPair().getPrivate();
    return list.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)).getEncoded();
  }

  private static X509Bundle issue(String name) throws Exception {
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
