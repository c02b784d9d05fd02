// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import static io.raftwire.http.tls.PemFolder.leaf;
import static io.raftwire.http.tls.PemFolder.revocationList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.netty.handler.ssl.SslContext;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.http.config.PeerTls;
import io.raftwire.http.server.testkit.Member;
import io.raftwire.http.server.testkit.Sample;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that are not valid any more: member 1's, by the lists of member 2. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RevocationTest {

  private static final Duration WAIT = Duration.ofSeconds(10);

  private static X509Bundle ca;
  private static X509Bundle otherCa;
  private static X509Bundle east;
  private static X509Bundle west;

  @TempDir Path directory;

  private PemFolder first;
  private PemFolder second;

  @BeforeAll
  static void issue() throws Exception {
    ca = PemFolder.ca("CN=peer-ca");
    otherCa = PemFolder.ca("CN=other-ca");
    east = leaf().subject("CN=east").ecp256().buildIssuedBy(ca);
    west = leaf().subject("CN=west").ecp256().buildIssuedBy(ca);
  }

  @BeforeEach
  void write() throws Exception {
    first = new PemFolder(directory).show(east).trust(ca);
    second = new PemFolder(directory).show(west).trust(ca);
  }

  // ---- who comes in, and who does not

  @Test
  void whoIsRevokedIsRefused() throws Exception {
    second.distrust(revocationList(ca, east));
    assertThat(Encounter.refused(first.tls().build(), listing().build())).endsWith(reason());
  }

  @Test
  void whoIsRevokedIsNotDialled() throws Exception {
    second.distrust(revocationList(ca, east));
    assertThat(Encounter.shunned(first.tls().build(), listing().build())).contains(reason());
    assertThat(Encounter.shunned(first.tls().build(), listing().clientAuth(false).build()))
        .as("by who lets in anybody")
        .contains(reason());
    assertThat(Encounter.refused(listing().build(), first.tls().build()))
        .as("what the other is told")
        .containsIgnoringCase("certificate_revoked");
  }

  @Test
  void anybodyElseIsTaken() throws Exception {
    second.distrust(revocationList(ca, west));
    Encounter.taken(first.tls().build(), listing().build());
    second.distrust(revocationList(ca));
    Encounter.taken(first.tls().build(), listing().build());
  }

  @Test
  void anotherAuthoritysListIsNotAboutTheSameNumber() throws Exception {
    X509Bundle sameNumber =
        leaf().serial(east.getCertificate().getSerialNumber()).ecp256().buildIssuedBy(otherCa);
    second.distrust(revocationList(otherCa, sameNumber)).trust(ca, otherCa);
    Encounter.taken(first.tls().build(), listing().build());
  }

  @Test
  void aListGoesOnToCountAfterTheNextWasDue() throws Exception {
    second.distrust(revocationList(ca, Instant.now().minus(Duration.ofDays(1)), east));
    assertThat(Encounter.refused(first.tls().build(), listing().build())).endsWith(reason());
  }

  @Test
  void theListsOfSeveralAuthoritiesFitOneFile() throws Exception {
    byte[] other = revocationList(otherCa);
    byte[] own = revocationList(ca, west, east);
    second.distrust(two(pem(other), pem(own)));
    assertThat(Encounter.refused(first.tls().build(), listing().build())).endsWith(reason());
    second.distrust(two(other, own));
    assertThat(Encounter.refused(first.tls().build(), listing().build())).endsWith(reason());
  }

  @Test
  void whomARevokedAuthorityIssuedIsRefused() throws Exception {
    X509Bundle between =
        leaf().subject("CN=between").setIsCertificateAuthority(true).ecp256().buildIssuedBy(ca);
    X509Bundle below = leaf().subject("CN=below").ecp256().buildIssuedBy(between);
    first.show(below);
    second.distrust(revocationList(ca, east));
    Encounter.taken(first.tls().build(), listing().build());
    second.distrust(revocationList(ca, between));
    assertThat(Encounter.refused(first.tls().build(), listing().build()))
        .contains("the peer's certificate of CN=between, serial number ");
    second.distrust(revocationList(between, below));
    assertThat(Encounter.refused(first.tls().build(), listing().build()))
        .as("by a list of the authority in between")
        .contains("the peer's certificate of CN=below, serial number ");
  }

  // ---- lists that change

  @Test
  void aChangedListIsUsedForNewConnectionsAndOpenOnesStay() throws Exception {
    second.distrust(revocationList(ca));
    PeerTls tls = listing().checkInterval(Duration.ofMillis(20)).build();
    try (Member one = member(1, first.tls().build());
        Member two = member(2, tls)) {
      one.know(two);
      two.know(one);
      await().atMost(WAIT).until(() -> one.active(two) && two.active(one));
      Optional<Instant> activeSince = two.transport().activeSince(one.id());
      SslContext before = tls.server();
      second.distrust(revocationList(ca, east));
      await().atMost(WAIT).until(() -> tls.server() != before);
      one.transport().send(Sample.append(1, 2, 1, 100));
      await().atMost(WAIT).until(() -> two.inbound().size() == 1);
      assertThat(two.transport().activeSince(one.id())).isEqualTo(activeSince);
    }
    assertThat(Encounter.refused(first.tls().build(), tls)).endsWith(reason());
  }

  // ---- what is no list

  @Test
  void aFileThatIsNotWhatItShouldBeIsNamed() throws Exception {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> listing().build())
        .withMessage(
            "peer revocation lists: " + second.revocationLists() + " (expected: a readable file)");
    byte[] list = revocationList(ca, east);
    X509Bundle impostor = PemFolder.ca("CN=peer-ca");
    for (byte[] bad :
        new byte[][] {
          {},
          "no list".getBytes(StandardCharsets.US_ASCII),
          Arrays.copyOf(list, list.length - 1),
          Arrays.copyOf(pem(list), 200),
          two(pem(list), Arrays.copyOf(pem(list), 200)),
          two(pem(list), Arrays.copyOf(pem(list), pem(list).length - 3)),
          two(pem(list), "-----BEGIN X509".getBytes(StandardCharsets.US_ASCII)),
          two(list, Arrays.copyOf(list, list.length - 1)),
          ca.getCertificatePEM().getBytes(StandardCharsets.US_ASCII),
          revocationList(impostor, east)
        }) {
      second.distrust(bad);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> listing().build())
          .withMessageStartingWith(
              "peer revocation lists: "
                  + second.revocationLists()
                  + " (expected: a PEM or DER file with lists of the trusted CA): ");
    }
  }

  @Test
  void aListThatCannotBeUsedLeavesTheOneBefore() throws Exception {
    second.distrust(revocationList(ca, east));
    PeerTls tls = listing().build();
    second.distrust(new byte[] {1, 2, 3});
    assertThatIllegalArgumentException().isThrownBy(tls::reload);
    Files.delete(second.revocationLists());
    assertThatIllegalArgumentException().isThrownBy(tls::reload);
    assertThat(Encounter.refused(first.tls().build(), tls)).endsWith(reason());
  }

  // ---- helpers

  private PeerTls.Builder listing() {
    return second.tls().revocationLists(second.revocationLists());
  }

  private String reason() {
    return "the peer's certificate of CN=east, serial number "
        + east.getCertificate().getSerialNumber().toString(16)
        + ", was revoked at "
        + PemFolder.REVOKED
        + " (expected: none that is in "
        + second.revocationLists()
        + ")";
  }

  private static byte[] two(byte[] first, byte[] second) {
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(first);
    both.writeBytes(second);
    return both.toByteArray();
  }

  /** As {@code openssl crl -text} writes it, after what the JDK's own reader takes for DER. */
  private static byte[] pem(byte[] der) {
    String block =
        "0 lists before\nCertificate Revocation List (CRL):\n        Version 2 (0x1)\n-----BEGIN X509 CRL-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END X509 CRL-----\n";
    return block.getBytes(StandardCharsets.US_ASCII);
  }

  private static Member member(long id, PeerTls tls) {
    return Member.create(id, "https", config -> config.tls(tls)).takingAll().started();
  }
}
