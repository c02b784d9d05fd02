// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.raftwire.examples.bench.compare.Row;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

  private static final String LINK =
      "--id 1 --listen http://127.0.0.1:1 --peer-id 2 --peer-url http://127.0.0.1:2 --cluster-id a";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void helpNamesEveryCommand() {
    assertThat(run("--help")).isZero();

    assertThat(out.toString()).contains("compare", "sink", "source", "echo", "ping");
  }

  @Test
  void helpOfCompareNamesEveryRow() {
    assertThat(run("compare", "--help")).isZero();

    for (Row row : Row.all()) {
      assertThat(out.toString()).contains(row.label()).contains(row.description());
    }
  }

  @Test
  void aCommandMustBeGiven() {
    assertThat(run()).isEqualTo(2);

    assertThat(err.toString()).contains("a command is missing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--id 0",
        "--id xyz",
        "--id 2",
        "--listen https://127.0.0.1:1",
        "--listen 127.0.0.1:1",
        "--peer-url http://127.0.0.1",
        "--cluster-id 0",
        "--seconds 0",
        "--seconds -1",
        "--warmup NaN",
        "--size -1",
        "--entries 0",
        "--window 4097",
        "--work pipeline --window 65",
        "--work nonsense",
        "--work snapshot --size 0",
        "--work snapshot --transport netty",
        "--work pipeline --transport netty",
        "--transport nonsense",
        "--listen http://127.0.0.1:1,http://127.0.0.1:3",
        "--peer-url http://127.0.0.1:2,http://127.0.0.1:3 --stuck 2",
        "--cert a",
        "--cert a --key b --trusted-ca c --transport netty",
        "--unknown 1"
      })
  void aSourceRefusesWhatTheGoProgramRefuses(String flags) {
    assertThat(run(replacing(flags))).isEqualTo(2);

    assertThat(err.toString()).isNotBlank();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sink", "source", "echo", "ping"})
  void everyEndNeedsToKnowBothEnds(String command) {
    assertThat(run(command, "--id", "1")).isEqualTo(2);

    assertThat(err.toString()).contains("--listen", "--peer-id", "--peer-url", "--cluster-id");
  }

  @Test
  void anUnknownRowIsShownWithThoseThatAreThere() {
    assertThat(run("compare", "--rows", "msgapp-64,nonsense")).isEqualTo(2);

    assertThat(err.toString()).contains("\"nonsense\"", "msgapp-1k", "ping-64");
  }

  @Test
  void anUnknownContenderIsShownWithThoseThatAreThere() {
    assertThat(run("compare", "--contenders", "nonsense")).isEqualTo(2);

    assertThat(err.toString()).contains("\"nonsense\"", "go-go", "netty");
  }

  @Test
  void everyRowButTheLastExistsUnderTls() {
    assertThat(Row.of("msgapp-1k-tls").tls()).isTrue();
    assertThat(Row.of("msgapp-1k").tls()).isFalse();
    assertThat(run("compare", "--rows", "stuck-tls")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"--json, .", "--json, no/such/results.json", "--plot, no/such/plot.svg"})
  void whatCannotBeWrittenIsSaidBeforeAnythingIsMeasured(String option, String file) {
    assertThat(run("compare", option, file)).isEqualTo(2);

    assertThat(err.toString()).contains(option + ": " + file + " (expected: a file that can be");
  }

  @Test
  void theGoProgramIsEitherBuiltOrToBeBuilt() {
    assertThat(run("compare", "--go", "a", "--go-source", "b")).isEqualTo(2);

    assertThat(err.toString()).contains("exclude each other");
  }

  @Test
  void aMissingGoProgramIsSaidSo(@TempDir Path empty) {
    assertThat(Main.run("compare", "--go", empty.resolve("gopeer").toString())).isEqualTo(1);
    assertThat(Main.run("compare", "--go-source", empty.toString())).isEqualTo(1);
  }

  private static String[] replacing(String flags) {
    List<String> line = new ArrayList<>(List.of("source"));
    line.addAll(Arrays.asList(LINK.split(" ", -1)));
    for (String flag : flags.split(" ", -1)) {
      int at = line.indexOf(flag);
      if (flag.startsWith("--") && at >= 0) {
        line.remove(at + 1);
        line.remove(at);
      }
    }
    line.addAll(Arrays.asList(flags.split(" ", -1)));
    return line.toArray(String[]::new);
  }

  private int run(String... args) {
    CommandLine line = Main.commandLine();
    return line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(args);
  }
}
