// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.learner;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.examples.learner.node.DataDirLock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

class MainTest {

  @TempDir Path directory;

  private record Result(int code, String text) {}

  private Result run(String... args) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text, true);
    CommandLine command = Main.commandLine(new Main()).setOut(writer).setErr(writer);
    return new Result(command.execute(args), text.toString());
  }

  @Test
  void helpIsForStrangers() {
    Result help = run("--help");

    assertThat(help.code()).isZero();
    assertThat(help.text())
        .contains("never votes", "--endpoints", "--listen-peer-urls", "Exit codes");
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of(List.of("--endpoints", "localhost:2379"), "localhost:2379"),
        Arguments.of(List.of("--listen-peer-urls", "http://here"), "http://here"),
        Arguments.of(List.of("--count", "0"), "--count: 0 (expected: at least 1)"),
        Arguments.of(List.of("--from-index", "-3"), "--from-index: -3"),
        Arguments.of(List.of("--output", "xml"), "xml"),
        Arguments.of(List.of("--peer-cert-file", "a.pem"), "a.pem (expected: --peer-key-file"),
        Arguments.of(List.of("--listen-peer-urls", "https://127.0.0.1:1"), "--peer-cert-file"),
        Arguments.of(
            List.of("--peer-trusted-ca-file", "ca.pem"),
            "--peer-trusted-ca-file: ca.pem (expected: --peer-cert-file"),
        Arguments.of(List.of("--peer-crl-file", "crl.pem"), "--peer-crl-file: crl.pem (expected"),
        Arguments.of(
            List.of("--peer-cert-allowed-cn", "a,b"),
            "--peer-cert-allowed-cn: a,b (expected: --peer-trusted"),
        Arguments.of(
            List.of("--peer-cert-allowed-hostname", "a.b"),
            "--peer-cert-allowed-hostname: a.b (expected: --peer-trusted"),
        Arguments.of(
            List.of("--initial-advertise-peer-urls", "https://127.0.0.1:1"),
            "--initial-advertise-peer-urls: https://127.0.0.1:1 (expected with https: --peer-cert"),
        Arguments.of(List.of("--endpoints", "http://h:99999"), "\"http://h:99999\" (expected"),
        Arguments.of(
            List.of("--trusted-ca-file", "ca.pem"),
            "--trusted-ca-file: ca.pem (expected: https --endpoints as well)"),
        Arguments.of(
            List.of("--cert-file", "a.pem", "--key-file", "b.pem"),
            "--cert-file: a.pem (expected: https --endpoints as well)"),
        Arguments.of(List.of("--data-dir", ""), "--data-dir: \"\" (expected"),
        Arguments.of(List.of("--user", ":x"), "nothing before its \":\""),
        Arguments.of(List.of("--user", "root"), "NAME:PASSWORD"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void wrongOptionsAreNamed(List<String> options, String expected) {
    List<String> args = new ArrayList<>();
    if (!options.get(0).equals("--data-dir")) {
      args.addAll(List.of("--data-dir", directory.toString()));
    }
    if (!options.get(0).equals("--endpoints")) {
      args.addAll(List.of("--endpoints", "http://127.0.0.1:1"));
    }
    args.addAll(options);
    Result result = run(args.toArray(String[]::new));

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.text()).contains(expected);
  }

  @Test
  void unreachableEndpointsAreNamed() {
    Result result = run("--endpoints", "http://127.0.0.1:1", "--data-dir", directory.toString());

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.text()).contains("http://127.0.0.1:1", "expected: an etcd client URL");
  }

  @Test
  void aSecondLearnerOfADirectoryDoesNothing() {
    try (DataDirLock first = DataDirLock.take(directory)) {
      assertThat(first).isNotNull();
      Result result = run("--endpoints=http://127.0.0.1:1", "--data-dir=" + directory);
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.text()).contains("expected: one that no other learner is using");
    }
  }

  @Test
  void onlyAMemberCanLeave() throws Exception {
    Files.createDirectories(directory);
    Result result =
        run("--endpoints", "http://127.0.0.1:1", "--data-dir", directory.toString(), "--leave");

    assertThat(result.code()).isEqualTo(1);
    assertThat(result.text()).contains("expected: that of a learner that has joined");
  }
}
