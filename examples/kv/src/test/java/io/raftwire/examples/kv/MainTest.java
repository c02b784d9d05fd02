// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.MemberId;
import io.raftwire.examples.kv.node.InitialCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "node --id=xyz                                    | --id: member id: \"xyz\"",
        "node --id=0                                      | --id: member id: 0",
        "node --initial-cluster=0@default=http://h:1      | member id: 0",
        "node --listen-peer-urls=here                     | --listen-peer-urls: peer URL: \"here\"",
        "node --listen-client-urls=https://h:1            | http://host:port",
        "node --initial-cluster=m1                        | name=url",
        "node --initial-cluster=a=http://h:1,b=http://h:1 | same id",
        "node --initial-cluster=a=http://h:1              | --name default",
        "node --initial-cluster-state=existing            | --initial-cluster: none given",
        "node --initial-cluster-state=existing --initial-cluster=1@a=http://h:1           | --id",
        "node --initial-cluster-state=existing --initial-cluster=1@a=http://h:1 --id=2 | --cluster",
        "node --id=7 --initial-cluster=default=http://127.0.0.1:2380 | 7@default",
        "node --max-value-bytes=0                         | 1 to 67108864",
        "node --page-interval=0                           | 1 to 60000",
        "node --request-timeout=-1                        | 1 to 600000",
        "node --heartbeat-interval=1000                   | at least twice",
        "node --peer-cert-file=x.pem                      | both or neither",
        "node --peer-client-cert-auth                     | --peer-cert-file",
        "node --peer-cert-file=no.pem --peer-key-file=no2.pem | no.pem",
        "node --peer-crl-file=revoked.crl                 | also --peer-cert-file",
        "node --peer-cert-allowed-cn=m1,m2                | also --peer-cert-file",
        "node --peer-cert-allowed-hostname=h              | also --peer-cert-file",
        "node --peer-cert-file=no.pem --peer-key-file=no.pem --peer-cert-allowed-cn=m1,m2 | [m1, m2]",
        "node --peer-cert-file=a --peer-key-file=b --peer-cert-allowed-cn=, | none is blank",
        "node --name=                                     | --name \"\" (expected: 1 to 64 letters",
        "node --name=a,b                                  | --name \"a,b\" (expected: 1 to 64 letters",
        "node --initial-cluster=../a=http://h:1           | the name 1 to 64 letters",
        "cluster --members=0                              | 1 to 9",
        "cluster --members=10                             | 1 to 9",
        "cluster --client-port=65536                      | 1 to 65533",
        "cluster --client-port=2381                       | overlap",
      })
  void aFlagThatMakesNoSenseIsToldWhatDoes(String line, String expected) {
    Result result = run(line);
    assertThat(result.code).isEqualTo(1);
    assertThat(result.err).contains(expected).contains("expected").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"node", "cluster"})
  void anEmptyDataDirectoryIsNoDirectory(String command) {
    Result result = run(command + " --data-dir=");
    assertThat(result.code).isEqualTo(1);
    assertThat(result.err).startsWith("raftwire-kv: --data-dir \"\" (expected").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "{ \"members\":",
        "{\"members\":99,\"clientPort\":1,\"peerPort\":200,\"token\":\"t\"}",
        "{\"members\":3,\"clientPort\":65535,\"peerPort\":200,\"token\":\"t\"}",
        "{\"members\":3,\"clientPort\":1,\"peerPort\":200}"
      })
  void aPlanThatIsBrokenIsSaidToBe(String json) throws Exception {
    Files.createDirectories(dir.resolve("data"));
    Files.writeString(dir.resolve("data/cluster.json"), json);
    Result result = run("cluster");
    assertThat(result.code).isEqualTo(1);
    assertThat(result.err).contains("cluster.json: ", "(expected: as it was").hasLineCount(1);
  }

  @Test
  void aFileIsNoDataDirectory() throws Exception {
    Files.writeString(dir.resolve("data"), "");
    Result result = run("cluster --client-port=28000 --peer-port=28100");
    assertThat(result.code).isEqualTo(1);
    assertThat(result.err).contains("(expected: a directory that can be").hasLineCount(1);
  }

  @Test
  void anUnknownFlagAndAMissingCommandShowTheUsage() {
    assertThat(run("node --peer-urls=x").err)
        .contains("--peer-urls=x")
        .contains("--peer-cert-file");
    assertThat(run("").err).contains("a command is missing").contains("cluster");
  }

  @ParameterizedTest
  @ValueSource(strings = {"node", "cluster"})
  void meterNamesAreOneOfTwo(String command) {
    Result result = run(command + " --meter-names=prometheus");
    assertThat(result.code).isEqualTo(2);
    assertThat(result.err)
        .startsWith("Invalid value for option '--meter-names'")
        .contains("expected one of [RAFTWIRE, ETCD] (case-insensitive) but was 'prometheus'");
  }

  @Test
  void helpNamesEveryFlag() {
    String node = run("node --help").out;
    assertThat(node)
        .contains("--name")
        .contains("--id")
        .contains("--data-dir")
        .contains("--initial-cluster")
        .contains("--listen-peer-urls")
        .contains("--initial-advertise-peer-urls")
        .contains("--listen-client-urls")
        .contains("--peer-cert-file")
        .contains("--peer-key-file")
        .contains("--peer-trusted-ca-file")
        .contains("--peer-client-cert-auth")
        .contains("--meter-names")
        .contains("--allow-faults")
        .doesNotContain("--page-interval")
        .doesNotContain("--exit-with-stdin");
    assertThat(run("cluster --help").out)
        .contains("--members")
        .contains("--client-port")
        .contains("--peer-port")
        .contains("--meter-names")
        .contains("--allow-faults");
    assertThat(run("--help").out).contains("java -jar raftwire-kv.jar cluster");
    assertThat(run("--version").out).contains("raftwire-kv");
  }

  @Test
  void aPortInUseIsNamedAtOnceWithItsFlag() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = Math.min(taken.getLocalPort(), 65_530);
      Result result = run("cluster --peer-port=" + port + " --client-port=" + (port - 10));
      assertThat(result.code).isEqualTo(1);
      assertThat(result.err).contains("port " + port).contains("--peer-port");
    }
  }

  @Test
  void idsAreEtcds() {
    // The figure is from etcd's own test (membership, TestMemberTime).
    InitialCluster cluster = InitialCluster.parse("mem1=http://10.0.0.8:2379", "");
    assertThat(cluster.members().get(0).id())
        .isEqualTo(MemberId.of(Long.parseUnsignedLong("14544069596553697298")));
  }

  private Result run(String line) {
    List<String> arguments = new ArrayList<>();
    if (!line.isEmpty()) {
      arguments.addAll(List.of(line.trim().split(" +")));
      if (!line.contains("help") && !line.contains("version") && !line.contains("--data-dir")) {
        arguments.add("--data-dir=" + dir.resolve("data"));
      }
    }
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
    System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
    try {
      int code = Main.run(arguments.toArray(String[]::new));
      return new Result(
          code,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private record Result(int code, String out, String err) {}
}
