// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import static io.raftwire.http.tls.PemFolder.ca;
import static io.raftwire.http.tls.PemFolder.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.LinkException;
import io.raftwire.LinkFailure;
import io.raftwire.LinkFailure.Reason;
import io.raftwire.PeerUrls;
import io.raftwire.SnapshotStore;
import io.raftwire.TransportEvent;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.RawClient;
import io.raftwire.http.server.testkit.Sample;
import io.raftwire.raftpb.Message;
import io.raftwire.raftpb.MessageType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TlsTest {

  private static final Duration WAIT = Duration.ofSeconds(10);

  private static X509Bundle ca;
  private static X509Bundle otherCa;
  private static X509Bundle member;
  private static X509Bundle rsaMember;
  private static X509Bundle elsewhere;

  @TempDir Path directory;

  @BeforeAll
  static void issue() throws Exception {
    ca = ca("CN=peer-ca");
    otherCa = ca("CN=other-ca");
    member = leaf().ecp256().buildIssuedBy(ca);
    rsaMember = leaf().rsa2048().buildIssuedBy(ca);
    elsewhere =
        new CertificateBuilder()
            .subject("CN=elsewhere")
            .addSanDnsName("elsewhere.example")
            .ecp256()
            .buildIssuedBy(ca);
  }

  // ---- what goes over TLS

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyChannelWorksOverTls(boolean mutual) throws Exception {
    byte[] bytes = new byte[3_000_000];
    new Random(1).nextBytes(bytes);
    Path body = Files.write(directory.resolve("body"), bytes);
    DirectorySnapshotStore store = DirectorySnapshotStore.open(directory.resolve("received"));
    PeerTls tls = pem(member, ca, mutual);
    try (Member one = tls(1, tls, SnapshotStore.refusing());
        Member two = tls(2, tls, store)) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));

      one.transport().send(Sample.append(1, 2, 1, 100_000));
      one.transport().send(Sample.message(MessageType.MsgHeartbeat, 1, 2, 0));
      one.transport().send(Sample.snapshot(1, 2, 9));
      await().atMost(WAIT).until(() -> two.inbound().size() == 3);
      assertThat(two.inbound())
          .extracting(Message::getType)
          .containsExactlyInAnyOrder(
              MessageType.MsgApp, MessageType.MsgHeartbeat, MessageType.MsgSnap);

      one.transport().sendSnapshot(Sample.snapshot(1, 2, 10), body).block(WAIT);
      assertThat(Files.readAllBytes(store.file(10))).isEqualTo(bytes);
      one.transport()
          .sendSnapshot(
              Sample.snapshot(1, 2, 11),
              Flux.range(0, 30).map(i -> Unpooled.copiedBuffer(bytes, i * 100_000, 100_000)))
          .block(WAIT);
      assertThat(Files.readAllBytes(store.file(11))).isEqualTo(bytes);
    }
  }

  @Test
  void theProviderIsTheOneThatIsToBeTested() {
    String expected = System.getProperty("raftwire.test.sslProvider", "JDK");
    assertThat(SslContext.defaultServerProvider()).isEqualTo(SslProvider.valueOf(expected));
  }

  @Test
  void readyContextsDoToo() throws Exception {
    PeerTls tls =
        PeerTls.of(
            SslContextBuilder.forServer(member.toKeyManagerFactory()).build(),
            SslContextBuilder.forClient().trustManager(ca.getCertificate()).build());
    try (Member one = tls(1, tls, SnapshotStore.refusing());
        Member two = tls(2, tls, SnapshotStore.refusing())) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
    }
  }

  // ---- who is refused

  @Test
  void aClientWithoutACertificateIsRefused() throws Exception {
    PeerTls noCertificate =
        PeerTls.of(null, SslContextBuilder.forClient().trustManager(ca.getCertificate()).build());
    refused(pem(member, ca, true), noCertificate);
  }

  @Test
  void aClientOfAnotherCaIsRefused() throws Exception {
    X509Bundle stranger = leaf().ecp256().buildIssuedBy(otherCa);
    refused(pem(member, ca, true), pem(stranger, ca, false));
  }

  @Test
  void aServerOfAnotherCaIsRefusedWithAClearCause() throws Exception {
    X509Bundle stranger = leaf().ecp256().buildIssuedBy(otherCa);
    LinkFailure failure = refused(pem(stranger, otherCa, false), pem(member, ca, false));
    assertThat(failure.detail()).contains("unable to find valid certification path");
    assertThat(failure.reason()).isEqualTo(Reason.CONNECT);
  }

  @Test
  void aServerOfAnotherNameIsRefusedUnlessNamesDoNotMatter() throws Exception {
    LinkFailure failure = refused(pem(elsewhere, ca, false), pem(member, ca, false));
    assertThat(failure.detail()).contains("127.0.0.1");
    assertThat(failure.reason()).isEqualTo(Reason.CONNECT);

    PeerTls careless = pem(member, ca, false).verifyHostName(false);
    assertThat(careless.verifiesHostName()).isFalse();
    try (Member one = tls(1, careless, SnapshotStore.refusing());
        Member two = tls(2, pem(elsewhere, ca, false), SnapshotStore.refusing())) {
      one.transport().addRemote(two.id(), two.urls());
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
    }
  }

  @Test
  void plainHttpAtATlsListenerIsRefused() throws Exception {
    try (Member one = Member.start(1);
        Member two = tls(2, pem(member, ca, false), SnapshotStore.refusing())) {
      one.transport().addRemote(two.id(), PeerUrls.of("http://127.0.0.1:" + two.port()));
      StepVerifier.create(
              one.transport()
                  .sendSnapshot(
                      Sample.snapshot(1, 2, 1), Flux.just(Unpooled.wrappedBuffer(new byte[10]))))
          .expectError(LinkException.class)
          .verify(WAIT);
      assertThat(two.inbound()).isEmpty();
    }
  }

  @Test
  void anHttpsListenerNeedsACertificate() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Member.create(1, "https", config -> config))
        .withMessageContaining("(expected: http, or TLS with a server certificate)");
  }

  // ---- deadlines

  @Test
  void whoConnectsAndSaysNothingIsCutOff() throws Exception {
    try (Member two =
            Member.create(
                    2,
                    "https",
                    config ->
                        config
                            .tls(quietly(() -> pem(member, ca, false)))
                            .timeouts(times -> times.handshake(Duration.ofMillis(300))))
                .started();
        RawClient silent = RawClient.connect(two.port());
        RawClient halfway = RawClient.connect(two.port())) {
      long began = System.nanoTime();
      // The head of a TLS record of a ClientHello that never comes.
      halfway.write((byte) 22, (byte) 3, (byte) 1, (byte) 1, (byte) 0);
      assertThat(silent.patience(5_000).isClosed()).isTrue();
      assertThat(halfway.patience(5_000).isClosed()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }
  }

  @Test
  void whoFinishesTheHandshakeAndSaysNothingIsCutOff() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {ca.toTrustManager()}, null);
    try (Member two =
            Member.create(
                    2,
                    "https",
                    config ->
                        config
                            .tls(quietly(() -> pem(member, ca, false)))
                            .timeouts(times -> times.handshake(Duration.ofMillis(400))))
                .started();
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), two.port());
        Socket socket =
            context.getSocketFactory().createSocket(plain, "localhost", two.port(), true);
        RawClient client = RawClient.over(socket)) {
      ((javax.net.ssl.SSLSocket) socket).startHandshake();
      assertThat(client.patience(5_000).isClosed()).isTrue();
    }
  }

  // ---- PEM files

  @Test
  void keysAreReadInEachOfTheirForms() throws Exception {
    byte[] rsa = rsaMember.getKeyPair().getPrivate().getEncoded();
    String pkcs8Rsa = block("PRIVATE KEY", rsa);
    String pkcs1 = block("RSA PRIVATE KEY", Arrays.copyOfRange(rsa, 26, rsa.length));
    String pkcs8Ec = block("PRIVATE KEY", member.getKeyPair().getPrivate().getEncoded());
    String sec1 = block("EC PRIVATE KEY", sec1(member.getKeyPair().getPrivate()));
    String withParameters =
        block("EC PARAMETERS", new byte[] {6, 8, 42, (byte) 134, 72, (byte) 206, 61, 3, 1, 7})
            + sec1;
    String chain = "Issued for you\n" + rsaMember.getCertificatePathPEM().replace("\n", "\r\n");
    String trusted =
        "0: old\n" + otherCa.getCertificatePEM() + "1: new\n" + ca.getCertificatePEM() + "-- \n";
    String withText = "Bag Attributes\n    friendlyName: peer\n" + pkcs1.replace("\n", "\r\n");
    for (String key : List.of(pkcs8Rsa, pkcs1, withText)) {
      handshake(pem(rsaMember.getCertificatePathPEM(), key, ca.getCertificatePEM(), true));
    }
    handshake(pem(chain + pkcs8Rsa, pkcs8Rsa + chain, trusted, true));
    for (String key : List.of(pkcs8Ec, sec1, withParameters)) {
      handshake(pem(member.getCertificatePathPEM(), key, ca.getCertificatePEM(), true));
    }
  }

  @Test
  void aFileThatIsMissingIsNamed() throws Exception {
    Path missing = directory.resolve("missing.pem");
    Path certificate = write("cert.pem", member.getCertificatePathPEM());
    Path key = write("key.pem", member.getPrivateKeyPEM());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerTls.fromPem(missing, key).build())
        .withMessage("peer certificate: " + missing + " (expected: a readable file)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerTls.fromPem(certificate, missing).build())
        .withMessage("peer key: " + missing + " (expected: a readable file)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerTls.fromPem(certificate, key).trustedCa(missing).build())
        .withMessage("peer trusted CA: " + missing + " (expected: a readable file)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerTls.fromPem(certificate, key).clientAuth(true).build())
        .withMessageContaining("because client certificates are demanded");
  }

  @Test
  void aTrustedCaIsEnoughToDemandCertificates() throws Exception {
    PeerTls tls =
        PeerTls.fromPem(
                write("cert.pem", member.getCertificatePathPEM()),
                write("key.pem", member.getPrivateKeyPEM()))
            .trustedCa(write("ca.pem", ca.getCertificatePEM()))
            .build();
    assertThat(Objects.requireNonNull(tls.server()).newEngine(UnpooledByteBufAllocator.DEFAULT))
        .extracting(SSLEngine::getNeedClientAuth)
        .isEqualTo(true);
  }

  @Test
  void aFileThatIsNotWhatItShouldBeIsNamed() throws Exception {
    Path certificate = write("cert.pem", member.getCertificatePathPEM());
    Path key = write("key.pem", member.getPrivateKeyPEM());
    Path garbage = write("garbage.pem", "this is no PEM");
    Path empty = write("empty.pem", "");
    byte[] rsa = rsaMember.getKeyPair().getPrivate().getEncoded();
    Path encrypted = write("encrypted.pem", block("ENCRYPTED PRIVATE KEY", rsa));
    Path oldEncrypted =
        write(
            "old.pem",
            """
            -----BEGIN RSA PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,00

            AAAA
            -----END RSA PRIVATE KEY-----
            """);
    Path cutRsa = write("cut-rsa.pem", block("RSA PRIVATE KEY", Arrays.copyOfRange(rsa, 26, 500)));
    byte[] sec1 = sec1(member.getKeyPair().getPrivate());
    Path cutEc = write("cut-ec.pem", block("EC PRIVATE KEY", Arrays.copyOf(sec1, 45)));
    byte[] unnamed = Arrays.copyOf(sec1, 39);
    unnamed[1] = 37;
    Path unnamedEc = write("unnamed-ec.pem", block("EC PRIVATE KEY", unnamed));
    for (Path bad :
        List.of(garbage, empty, certificate, encrypted, oldEncrypted, cutRsa, cutEc, unnamedEc)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PeerTls.fromPem(certificate, bad).build())
          .as("%s", bad)
          .withMessageContaining("peer key: " + bad);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerTls.fromPem(certificate, encrypted).build())
        .withMessageContaining("without a password");
    for (Path bad : List.of(garbage, empty, key)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PeerTls.fromPem(bad, key).build())
          .withMessageContaining(bad.toString());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PeerTls.fromPem(certificate, key).trustedCa(bad).build())
          .withMessageContaining(bad.toString());
    }
    assertThatCode(() -> PeerTls.fromPem(certificate, key).build()).doesNotThrowAnyException();
  }

  // ---- helpers

  /** The caller's failure. */
  private static LinkFailure refused(PeerTls server, PeerTls client) throws Exception {
    try (Member one = Member.start(1, config -> config.tls(client));
        Member two = tls(2, server, SnapshotStore.refusing())) {
      one.transport().addPeer(two.id(), two.urls());
      await()
          .atMost(WAIT)
          .until(
              () ->
                  one.events(TransportEvent.PeerInactive.class).stream()
                      .anyMatch(event -> event.peer().equals(two.id())));
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await().atMost(WAIT).until(() -> !one.events(TransportEvent.MessagesDropped.class).isEmpty());
      assertThat(one.active(two)).isFalse();
      assertThat(two.inbound()).isEmpty();
      return one.events(TransportEvent.PeerInactive.class).get(0).cause();
    }
  }

  private static void handshake(PeerTls tls) {
    try (Member one = tls(1, tls, SnapshotStore.refusing());
        Member two = tls(2, tls, SnapshotStore.refusing())) {
      one.transport().addRemote(two.id(), two.urls());
      one.transport().send(Sample.message(MessageType.MsgAppResp, 1, 2, 1));
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
    }
  }

  private static Member tls(long id, PeerTls tls, SnapshotStore store) {
    return Member.create(
            id, "https", (RaftHttpConfig.Builder config) -> config.tls(tls).snapshotStore(store))
        .takingAll()
        .started();
  }

  private PeerTls pem(X509Bundle leaf, X509Bundle trusted, boolean mutual) throws Exception {
    return pem(
        leaf.getCertificatePathPEM(), leaf.getPrivateKeyPEM(), trusted.getCertificatePEM(), mutual);
  }

  private PeerTls pem(String certificate, String key, String trusted, boolean mutual)
      throws IOException {
    return PeerTls.fromPem(write("cert.pem", certificate), write("key.pem", key))
        .trustedCa(write("ca.pem", trusted))
        .clientAuth(mutual)
        .build();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }

  /** What {@code openssl ecparam -name prime256v1 -genkey} writes, but for the public key. */
  private static byte[] sec1(PrivateKey key) {
    byte[] s = ((ECPrivateKey) key).getS().toByteArray();
    byte[] scalar = new byte[32];
    int length = Math.min(32, s.length);
    System.arraycopy(s, s.length - length, scalar, 32 - length, length);
    return ByteBuffer.allocate(51)
        .put(new byte[] {0x30, 49, 2, 1, 1, 4, 32})
        .put(scalar)
        .put(new byte[] {(byte) 0xa0, 10, 6, 8, 42, (byte) 134, 72, (byte) 206, 61, 3, 1, 7})
        .array();
  }

  private static PeerTls quietly(java.util.concurrent.Callable<PeerTls> tls) {
    try {
      return tls.call();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
