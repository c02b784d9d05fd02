// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.MemberId;
import io.raftwire.examples.learner.cluster.Identity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Endpoints that speak https and want to know who asks; and a learner whose own URL changes. */
@Tag("interop")
class GuardedEndpointsIT {

  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  private String endpoint;
  private Path ca;

  @Test
  void learnsFrom34() throws Exception {
    learns(Tools.etcd34());
  }

  @Test
  void learnsFrom37() throws Exception {
    learns(Tools.etcd37());
  }

  private void learns(Tools.Etcd etcd) throws Exception {
    X509Bundle authority =
        new CertificateBuilder()
            .subject("CN=raftwire test CA")
            .ecp256()
            .setIsCertificateAuthority(true)
            .buildSelfSigned();
    X509Bundle member =
        new CertificateBuilder()
            .subject("CN=member")
            .ecp256()
            .addSanIpAddress("127.0.0.1")
            .buildIssuedBy(authority);
    ca = write("ca.pem", authority.getCertificatePEM());
    endpoint = "https://127.0.0.1:" + EtcdCluster.freePort();
    try (EtcdCluster cluster =
        EtcdCluster.start(
            etcd,
            directory.resolve("etcd"),
            1,
            "http",
            "--listen-client-urls={client}," + endpoint,
            "--cert-file=" + write("member.pem", member.getCertificatePEM()),
            "--key-file=" + write("member.key", member.getPrivateKeyPEM()))) {
      cluster.demandLogin("root", "secret");

      LearnerProcess stranger = learner("stranger", freeUrl(), "--user", "root:wrong");
      assertThat(stranger.exitCode()).isEqualTo(1);
      assertThat(stranger.errors()).contains("authentication failed");

      try (LearnerProcess learner = learner("learner", freeUrl(), "--user", "root:secret")) {
        learner.awaitReplicating(cluster, SOON);
        arrives(cluster, learner, "guarded");
        assertThat(learner.terminate()).isZero();
      }

      String moved = freeUrl();
      try (LearnerProcess learner = learner("learner", moved, "--user", "root:secret")) {
        MemberId id = Identity.read(directory.resolve("learner")).orElseThrow().memberId();
        await().atMost(SOON).until(() -> cluster.peerUrl(id).equals(moved));
        arrives(cluster, learner, "moved");
        Feeds.assertConsecutive(learner.events());
        assertThat(learner.events().get(0).path("index").asLong()).isEqualTo(1);
        assertThat(learner.terminate()).isZero();
      }

      LearnerProcess leaving = learner("learner", moved, "--user", "root:secret", "--leave");
      assertThat(leaving.exitCode()).as(leaving.errors()).isZero();
      await().atMost(SOON).until(() -> cluster.members().size() == 1);
    }
  }

  private static void arrives(EtcdCluster cluster, LearnerProcess learner, String prefix)
      throws Exception {
    cluster.put(prefix, 100);
    List<String> expected = cluster.keysInOrder(prefix);
    learner.awaitKey(expected.get(99), SOON);
    assertThat(Feeds.putKeys(learner.events(), prefix)).isEqualTo(expected);
  }

  private LearnerProcess learner(String data, String url, String... more) throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "--endpoints",
                endpoint,
                "--trusted-ca-file",
                ca.toString(),
                "--listen-peer-urls",
                url,
                "--data-dir",
                directory.resolve(data).toString()));
    args.addAll(List.of(more));
    return LearnerProcess.start(directory, data, args.toArray(String[]::new));
  }

  private static String freeUrl() throws Exception {
    return "http://127.0.0.1:" + EtcdCluster.freePort();
  }

  private Path write(String name, String pem) throws Exception {
    return Files.writeString(directory.resolve(name), pem);
  }
}
