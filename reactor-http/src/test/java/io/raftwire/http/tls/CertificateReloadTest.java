// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import static io.raftwire.http.tls.PemFolder.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.MemberId;
import io.raftwire.PeerRecorder;
import io.raftwire.TransportRecorder;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CertificateReloadTest {

  private static final Duration WAIT = Duration.ofSeconds(10);

  private static final byte[] PROBE =
      "GET /raft/probing HTTP/1.1\r\nHost: member\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private static X509Bundle ca;
  private static X509Bundle nextCa;
  private static X509Bundle before;
  private static X509Bundle after;

  @TempDir Path directory;

  @BeforeAll
  static void issue() throws Exception {
    ca = PemFolder.ca("CN=peer-ca");
    nextCa = PemFolder.ca("CN=next-ca");
    before = leaf().ecp256().buildIssuedBy(ca);
    after = leaf().rsa2048().buildIssuedBy(ca);
  }

  // ---- what changes, and what does not

  @Test
  void aTransportNoticesByItselfAndOpenStreamsStay() throws Exception {
    PemFolder files = new PemFolder(directory).show(before).trust(ca);
    PeerTls tls = files.tls().checkInterval(Duration.ofMillis(20)).build();
    try (Member one = member(1, tls);
        Member two = member(2, tls)) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      assertThat(shownBy(two)).isEqualTo(before.getCertificate());
      Optional<Instant> oneActiveSince = one.transport().activeSince(two.id());
      Optional<Instant> twoActiveSince = two.transport().activeSince(one.id());

      files.show(after);
      await().atMost(WAIT).until(() -> shownBy(two).equals(after.getCertificate()));
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      one.transport().send(Sample.append(1, 2, 1, 100));
      await().atMost(WAIT).until(() -> two.inbound().size() == 2);
      assertThat(one.transport().activeSince(two.id())).isEqualTo(oneActiveSince);
      assertThat(two.transport().activeSince(one.id())).isEqualTo(twoActiveSince);
    }
  }

  @Test
  void aTransportSurvivesFilesThatAreNoneAndTakesTheNext() throws Exception {
    PemFolder files = new PemFolder(directory).show(before).trust(ca);
    PeerTls tls = files.tls().checkInterval(Duration.ofMillis(20)).build();
    Reloads reloads = new Reloads();
    try (Member two =
        Member.create(2, "https", config -> config.tls(tls).recorder(reloads))
            .takingAll()
            .started()) {
      Files.writeString(files.certificate(), "half a certific");
      assertThatIllegalArgumentException().isThrownBy(tls::reload);
      assertThat(shownBy(two)).isEqualTo(before.getCertificate());
      await().atMost(WAIT).until(() -> reloads.failed.get() >= 2);
      assertThat(reloads.done).hasValue(0);
      Files.delete(files.key());
      assertThatIllegalArgumentException().isThrownBy(tls::reload);
      assertThat(shownBy(two)).isEqualTo(before.getCertificate());

      files.show(after);
      await().atMost(WAIT).until(() -> shownBy(two).equals(after.getCertificate()));
      await().atMost(WAIT).until(() -> reloads.done.get() == 1);
    }
  }

  @Test
  void aTransportThatWasStoppedLooksNoMore() throws Exception {
    PemFolder files = new PemFolder(directory).show(before).trust(ca);
    PeerTls tls = files.tls().checkInterval(Duration.ofMillis(20)).build();
    member(2, tls).close();
    SslContext last = tls.server();
    files.show(after);
    await().during(Duration.ofMillis(200)).until(() -> tls.server() == last);
    assertThat(tls.reload()).isTrue();
  }

  @Test
  void membersMoveToAnotherAuthorityOneAfterTheOther() throws Exception {
    PemFolder first = new PemFolder(directory).show(before).trust(ca);
    PemFolder second = new PemFolder(directory).show(leaf().ecp256().buildIssuedBy(ca)).trust(ca);
    PeerTls firstTls = first.tls().build();
    PeerTls secondTls = second.tls().build();
    X509Bundle newFirst = leaf().ecp256().buildIssuedBy(nextCa);
    X509Bundle newSecond = leaf().ecp256().buildIssuedBy(nextCa);
    try (Member one = member(1, firstTls);
        Member two = member(2, secondTls)) {
      meet(one, two, 1);
      first.trust(ca, nextCa);
      second.trust(ca, nextCa);
      assertThat(firstTls.reload()).isTrue();
      assertThat(secondTls.reload()).isTrue();
      meet(one, two, 2);
      first.show(newFirst);
      assertThat(firstTls.reload()).isTrue();
      meet(one, two, 3);
      second.show(newSecond);
      assertThat(secondTls.reload()).isTrue();
      meet(one, two, 4);
      first.trust(nextCa);
      second.trust(nextCa);
      assertThat(firstTls.reload()).isTrue();
      assertThat(secondTls.reload()).isTrue();
      meet(one, two, 5);

      assertThat(shownTo(two, newFirst, nextCa)).isEqualTo(newSecond.getCertificate());
      // The alert, or, if the connection is closed before the probe is written, that it is.
      assertThatThrownBy(() -> shownTo(two, before, nextCa))
          .as("a certificate of the authority that was left")
          .isInstanceOfAny(SSLException.class, SocketException.class);
    }
  }

  // ---- reload()

  @Test
  void whatHasNotChangedIsNotReloaded() throws Exception {
    PemFolder files = new PemFolder(directory).show(before).trust(ca);
    PeerTls tls = files.tls().build();
    assertThat(tls.reload()).isFalse();
    files.show(before);
    assertThat(tls.reload()).isFalse();
    files.show(after);
    assertThat(tls.verifyHostName(false).reload()).as("the files are the same").isTrue();
    assertThat(tls.reload()).isFalse();
    PeerTls ready = PeerTls.of(null, SslContextBuilder.forClient().build());
    assertThat(ready.reload()).isFalse();
    assertThat(ready.checkInterval()).isZero();
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() throws Exception {
    PemFolder files = new PemFolder(directory).show(before).trust(ca);
    PeerTls tls = files.tls().build();
    for (X509Bundle other : new X509Bundle[] {after, leaf().ecp256().buildIssuedBy(ca)}) {
      Files.writeString(files.certificate(), other.getCertificatePathPEM());
      assertThatIllegalArgumentException()
          .isThrownBy(tls::reload)
          .withMessageStartingWith(
              "peer key: %s (expected: the private key, %s, of the certificate in %s)",
              files.key(),
              other.getCertificate().getPublicKey().getAlgorithm(),
              files.certificate());
      assertThatIllegalArgumentException().isThrownBy(() -> files.tls().build());
    }
    files.show(after);
    assertThat(tls.reload()).isTrue();
  }

  @Test
  void aFileThatIsBeingWrittenIsNotTaken() throws Exception {
    PemFolder files = new PemFolder(directory).show(before).trust(ca, nextCa);
    PeerTls tls = files.tls().build();
    SslContext last = tls.server();
    String next = nextCa.getCertificatePEM();
    Files.writeString(
        files.trustedCa(),
        ca.getCertificatePEM() + "\n" + next.substring(0, next.indexOf("-----END")));
    assertThatIllegalArgumentException()
        .isThrownBy(tls::reload)
        .withMessage(
            "peer trusted CA: %s (expected: a PEM file with certificates): one of them has no end",
            files.trustedCa());
    assertThat(tls.server()).isSameAs(last);
  }

  @ParameterizedTest
  @EnumSource(names = {"ecp384", "rsa3072", "ed25519"})
  void otherKindsOfKeysAreRecognized(CertificateBuilder.Algorithm algorithm) throws Exception {
    X509Bundle leaf = leaf().algorithm(algorithm).buildIssuedBy(ca);
    PemFolder files = new PemFolder(directory).show(leaf).trust(ca);
    PeerTls tls = files.tls().build();
    try (Member two = member(2, tls)) {
      assertThat(shownBy(two)).isEqualTo(leaf.getCertificate());
    }
    Encounter.taken(tls, tls);
  }

  @Test
  void howOftenToLookIsChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PemFolder(directory).tls().checkInterval(Duration.ofMillis(-1)))
        .withMessage("checkInterval: PT-0.001S (expected: PT0S to PT87600H)");
  }

  // ---- helpers

  /** Counts what a transport tells of its looks. */
  private static final class Reloads implements TransportRecorder {

    final AtomicInteger done = new AtomicInteger();
    final AtomicInteger failed = new AtomicInteger();

    @Override
    public PeerRecorder peer(MemberId local, MemberId peer) {
      return TransportRecorder.noop().peer(local, peer);
    }

    @Override
    public PeerRecorder strangers(MemberId local) {
      return TransportRecorder.noop().strangers(local);
    }

    @Override
    public void certificatesReloaded() {
      done.incrementAndGet();
    }

    @Override
    public void certificateReloadFailed() {
      failed.incrementAndGet();
    }
  }

  /** Has both members find each other anew. */
  private static void meet(Member one, Member two, int times) {
    one.transport().removeAllPeers();
    two.transport().removeAllPeers();
    one.know(two);
    two.know(one);
    await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
    one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, times));
    two.transport().send(Sample.message(MessageType.MsgAppResp, 2, 1, times));
    await()
        .atMost(WAIT)
        .until(() -> one.inbound().size() == times && two.inbound().size() == times);
  }

  private static Member member(long id, PeerTls tls) {
    return Member.create(id, "https", config -> config.tls(tls)).takingAll().started();
  }

  private static X509Certificate shownBy(Member member) throws Exception {
    return shownTo(member, before, ca);
  }

  /** What a member shows to somebody new, once both are content. */
  private static X509Certificate shownTo(Member member, X509Bundle client, X509Bundle trusted)
      throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    KeyManager[] keys = client.toKeyManagerFactory().getKeyManagers();
    context.init(keys, new TrustManager[] {trusted.toTrustManager()}, null);
    try (SSLSocket socket =
        (SSLSocket)
            context
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), member.port())) {
      socket.setSoTimeout((int) WAIT.toMillis());
      socket.startHandshake();
      // With TLS 1.3 the client is done before the server has judged it.
      socket.getOutputStream().write(PROBE);
      if (socket.getInputStream().read() < 0) {
        throw new IOException("closed without an answer");
      }
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }
}
