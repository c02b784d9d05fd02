// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class PeerUrlsTest {

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:2380, http://127.0.0.1:2380",
    "http://127.0.0.1:2380/, http://127.0.0.1:2380",
    "HTTPS://Example.COM:2380, https://example.com:2380",
    "http://[::1]:2380, http://[::1]:2380",
    "http://[2001:DB8::1]:1, http://[2001:db8::1]:1",
    "http://infra-0.etcd.svc.cluster.local:65535, http://infra-0.etcd.svc.cluster.local:65535",
    "' http://a:1 ', http://a:1"
  })
  void peerUrlsAreTakenInOneForm(String text, String expected) {
    assertThat(PeerUrls.of(text).urls()).containsExactly(URI.create(expected));
    assertThat(PeerUrls.of(text)).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "a:2380",
        "127.0.0.1:2380",
        "//a:2380",
        "ftp://a:2380",
        "unix://a:2380",
        "unixs://a:2380",
        "http:a:2380",
        "http://",
        "http://:2380",
        "http://a",
        "http://a:",
        "http://a:-1",
        "http://a:65536",
        "http://a:99999999999",
        "http://a:port",
        "http://a:2380/raft",
        "http://a:2380//",
        "http://a:2380?x=y",
        "http://a:2380?",
        "http://a:2380#f",
        "http://user@a:2380",
        "http://user:password@a:2380",
        "http://a b:2380",
        "http://[::1:2380",
        "http://a:2380\r\nX: y",
        "http://%:1"
      })
  void whatIsNoPeerUrlIsRefusedWithItsText(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.of(text))
        .withMessage(
            "peer URL: \"" + text.trim() + "\" (expected: http://host:port or https://host:port)");
  }

  @Test
  void oneBadUrlAmongGoodOnesIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.parse("http://a:1,http://b,http://c:3"))
        .withMessageContaining("\"http://b\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.parse("http://a:1,"))
        .withMessageContaining("\"\"");
  }

  @Test
  void noUrlIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PeerUrls.of(List.of()))
        .withMessage("peer URLs: none given (expected: at least one)");
    assertThatIllegalArgumentException().isThrownBy(() -> PeerUrls.parse(""));
  }

  @Test
  void theOrderIsKeptAndDuplicatesAreTakenOnce() {
    PeerUrls urls = PeerUrls.parse("http://b:1,http://a:2, http://B:1/ ,https://b:1");
    assertThat(urls).hasToString("http://b:1,http://a:2,https://b:1");
    assertThat(PeerUrls.parse(urls.toString())).isEqualTo(urls).hasSameHashCodeAs(urls);
    assertThat(PeerUrls.parse("http://a:2,http://b:1")).isNotEqualTo(urls);
  }
}
