// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.SECONDS)
class IdTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "8e9e05c52164694d, -8170086329776576179",
    "ffffffffffffffff, -1",
    "8000000000000000, -9223372036854775808",
    "7fffffffffffffff, 9223372036854775807",
    "1000, 4096"
  })
  void idsHaveTheTextEtcdGivesThem(String text, long value) {
    assertThat(MemberId.of(value)).hasToString(text).isEqualTo(MemberId.parse(text));
    assertThat(MemberId.parse(text).value()).isEqualTo(value);
    assertThat(ClusterId.of(value)).hasToString(text).isEqualTo(ClusterId.parse(text));
    assertThat(ClusterId.parse(text).value()).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"00000000000000ff, ff", "8E9E05C52164694D, 8e9e05c52164694d", "0001, 1", "aBc, abc"})
  void leadingZerosAndUpperCaseAreTakenAndNotKept(String text, String canonical) {
    assertThat(MemberId.parse(text)).hasToString(canonical);
    assertThat(ClusterId.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        " 1",
        "1 ",
        "0x1",
        "-1",
        "+1",
        "g",
        "1.0",
        "1_000",
        "12345678901234567",
        "00000000000000001",
        "\u0661",
        "\uff11",
        "\u00e9",
        "1\n"
      })
  void whatIsNoIdIsRefusedWithItsText(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemberId.parse(text))
        .withMessage(
            "member id: \"" + text + "\" (expected: 1 to 16 hex digits, such as 8e9e05c52164694d)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClusterId.parse(text))
        .withMessageStartingWith("cluster id: \"" + text + "\"");
  }

  @Test
  void idsAreOrderedAsUnsignedNumbers() {
    List<MemberId> members =
        List.of(MemberId.of(-1), MemberId.of(1), MemberId.of(Long.MIN_VALUE), MemberId.of(0));
    assertThat(members.stream().sorted().map(MemberId::toString))
        .containsExactly("0", "1", "8000000000000000", "ffffffffffffffff");
    List<ClusterId> clusters =
        List.of(ClusterId.of(-1), ClusterId.of(1), ClusterId.of(Long.MIN_VALUE), ClusterId.of(0));
    assertThat(clusters.stream().sorted().map(ClusterId::toString))
        .containsExactly("0", "1", "8000000000000000", "ffffffffffffffff");
  }

  @Test
  void exceptionsShowIdsAsUnsignedHex() {
    MemberId large = MemberId.parse("8e9e05c52164694d");
    assertThat(new UnknownPeerException(large))
        .hasMessageContaining("8e9e05c52164694d")
        .extracting(UnknownPeerException::peer)
        .isEqualTo(large);
    assertThat(new MemberRemovedException(large))
        .hasMessageContaining("8e9e05c52164694d")
        .extracting(MemberRemovedException::member)
        .isEqualTo(large);
    LinkFailure failure =
        LinkFailure.of(PeerChannel.SNAPSHOT, "post", LinkFailure.Reason.REFUSED, "status 500");
    assertThat(new LinkException(large, failure))
        .hasMessage("peer 8e9e05c52164694d: snapshot post: status 500")
        .extracting(LinkException::failure)
        .isEqualTo(failure);
    assertThat(new TransportStoppedException("send")).hasMessageStartingWith("send: ");
  }
}
