// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.raftwire.http.config.PeerTls;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which names peers may have: member 1 has peer.east.example, and the rules are member 2's. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AllowedNamesTest {

  private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";

  private static X509Bundle ca;
  private static X509Bundle east;

  @TempDir Path directory;

  private PemFolder files;

  @BeforeAll
  static void issue() throws Exception {
    ca = PemFolder.ca("CN=peer-ca");
    east =
        new CertificateBuilder()
            .subject("CN=peer-east, OU=raft, O=Example")
            .addExtensionOctetString(SUBJECT_ALTERNATIVE_NAME, false, names())
            .ecp256()
            .buildIssuedBy(ca);
  }

  @BeforeEach
  void write() throws Exception {
    files = new PemFolder(directory).show(east).trust(ca);
  }

  // ---- who comes in, and who does not

  @Test
  void aPeerOfAnAllowedCommonNameIsTaken() {
    taken(tls -> tls.allowedCommonNames("peer-north", "peer-east"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "peer.east.example",
        "PEER.East.Example",
        "anything.west.example",
        "127.0.0.1",
        "fd00:0:0::1"
      })
  void aPeerOfAnAllowedHostNameIsTaken(String name) {
    taken(tls -> tls.allowedHostNames("elsewhere.example", name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"peer-west", "Peer-East", "peer-eas", "peer.east.example", "raft"})
  void aPeerOfAnotherCommonNameIsNotLetIn(String name) {
    assertThat(refused(tls -> tls.allowedCommonNames(name)))
        .startsWith("2: the TLS handshake with /127.0.0.1:")
        .endsWith(
            "the peer's certificate is for the common name peer-east (expected: one of ["
                + name
                + "])");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "east.example",
        "peer.east.example.org",
        "west.example",
        ".west.example",
        "two.labels.west.example",
        "*.west.example.org",
        "127.0.0.2",
        "fd00::2",
        "peer-east"
      })
  void aPeerOfAnotherHostNameIsNotLetIn(String name) {
    assertThat(refused(tls -> tls.allowedHostNames(name)))
        .endsWith(
            "the peer's certificate is for the hosts [peer.east.example, *.west.example, 127.0.0.1,"
                + " fd00:0:0:0:0:0:0:1] (expected: one of ["
                + name
                + "])");
  }

  @Test
  void whoIsDialledIsLookedAtToo() {
    assertThat(shunned(tls -> tls.allowedCommonNames("peer-west")))
        .contains(
            "the peer's certificate is for the common name peer-east"
                + " (expected: one of [peer-west])");
    assertThat(shunned(tls -> tls.allowedHostNames("b.example", "a.example")))
        .contains("peer.east.example")
        .contains("(expected: one of [a.example, b.example])");
  }

  @Test
  void aPeerWithoutNamesIsNotLetIn() throws Exception {
    files.show(new CertificateBuilder().subject("O=Example").ecp256().buildIssuedBy(ca));
    assertThat(refused(tls -> tls.allowedHostNames("127.0.0.1")))
        .endsWith("the peer's certificate is for the hosts [] (expected: one of [127.0.0.1])");
    assertThat(refused(tls -> tls.allowedCommonNames("Example")))
        .endsWith("the peer's certificate has no common name (expected: one of [Example])");
  }

  // ---- settings

  @Test
  void settingsThatDoNotGoTogetherAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.tls().allowedCommonNames("a").allowedHostNames("b", "c").build())
        .withMessage(
            "allowed names of peers: common names [a] and host names [b, c]"
                + " (expected: one kind)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.tls().clientAuth(false).allowedHostNames("b").build())
        .withMessage(
            "allowed names of peers: [b]"
                + " (expected: none, unless client certificates are demanded)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> files.tls().allowedCommonNames("a", " "))
        .withMessage("allowed names of peers: [a,  ] (expected: none is blank)");
  }

  // ---- helpers

  /**
   * Two host names, one for any host of a domain, which the builder does not take, and addresses.
   */
  private static byte[] names() {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    name(names, 0x82, "peer.east.example".getBytes(StandardCharsets.US_ASCII));
    name(names, 0x82, "*.west.example".getBytes(StandardCharsets.US_ASCII));
    name(names, 0x87, HexFormat.of().parseHex("7f000001"));
    name(names, 0x87, HexFormat.of().parseHex("fd" + "0".repeat(29) + "1"));
    ByteArrayOutputStream sequence = new ByteArrayOutputStream();
    name(sequence, 0x30, names.toByteArray());
    return sequence.toByteArray();
  }

  private static void name(ByteArrayOutputStream out, int tag, byte[] value) {
    out.write(tag);
    out.write(value.length);
    out.writeBytes(value);
  }

  private void taken(UnaryOperator<PeerTls.Builder> rules) {
    Encounter.taken(files.tls().build(), rules.apply(files.tls()).build());
  }

  private String refused(UnaryOperator<PeerTls.Builder> rules) {
    // Whoever it dials may have any name.
    PeerTls any = files.tls().build().verifyHostName(false);
    return Encounter.refused(any, rules.apply(files.tls()).build());
  }

  private String shunned(UnaryOperator<PeerTls.Builder> rules) {
    return Encounter.shunned(files.tls().build(), rules.apply(files.tls()).build());
  }
}
