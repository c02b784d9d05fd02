// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.internal.PlatformDependent;
import io.raftwire.ClusterId;
import io.raftwire.DirectorySnapshotStore;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import io.raftwire.TransportEvent;
import io.raftwire.http.RaftHttpTransport;
import io.raftwire.http.config.RaftHttpConfig;
import io.raftwire.http.server.testkit.Ports;
import io.raftwire.http.server.testkit.Sample;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** 1 GiB between two JVMs of 64 MiB heap each. */
@Tag("long")
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LargeSnapshotTest {

  private static final long BYTES = 1L << 30;
  private static final long MAX_RSS_KIB = 400 * 1024;

  @TempDir Path directory;

  @Test
  void aPublishersBody() throws Exception {
    transfer("publisher");
  }

  @Test
  void aFilesBody() throws Exception {
    Bodies.write(directory.resolve("body"), BYTES);
    transfer("file");
  }

  private void transfer(String kind) throws Exception {
    String url = Ports.freeUrl();
    Path received = directory.resolve("received");
    Process receiver = java(Receiver.class, url, received.toString());
    try (BufferedReader fromReceiver = output(receiver)) {
      assertThat(lineStartingWith(fromReceiver, "READY")).isNotNull();
      Process sender =
          java(Sender.class, url, Ports.freeUrl(), kind, directory.resolve("body").toString());
      try (BufferedReader fromSender = output(sender)) {
        String sent = lineStartingWith(fromSender, "SENT");
        String taken = lineStartingWith(fromReceiver, "TAKEN");
        System.out.println("1 GiB snapshot, " + kind + ": " + sent + " | " + taken);
        assertThat(sent).isNotNull();
        assertThat(taken).isNotNull();
        assertThat(rssKib(sent)).isLessThan(MAX_RSS_KIB);
        assertThat(rssKib(taken)).isLessThan(MAX_RSS_KIB);
        assertThat(sender.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(sender.exitValue()).isZero();
      } finally {
        sender.destroyForcibly();
      }
      assertThat(received.resolve("0000000000000007.snap.db")).hasSize(BYTES);
      assertThat(Bodies.digest(received.resolve("0000000000000007.snap.db")))
          .isEqualTo(Bodies.digest(BYTES));
      assertThat(Bodies.files(received)).isEqualTo(1);
    } finally {
      receiver.destroyForcibly();
    }
  }

  private static Process java(Class<?> main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx64m");
    command.add("-Draftwire.test.log=INFO");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static BufferedReader output(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String lineStartingWith(BufferedReader lines, String start) throws IOException {
    String line;
    while ((line = lines.readLine()) != null) {
      if (line.startsWith(start)) {
        return line;
      }
      System.out.println(line);
    }
    return null;
  }

  private static long rssKib(String line) {
    int at = line.indexOf("peak RSS ") + "peak RSS ".length();
    return Long.parseLong(line.substring(at, line.indexOf(' ', at)));
  }

  /** What Linux says of this process; 0 elsewhere. */
  private static String memory() throws IOException {
    long peak = 0;
    File status = new File("/proc/self/status");
    if (status.exists()) {
      for (String line : Files.readAllLines(status.toPath())) {
        if (line.startsWith("VmHWM:")) {
          peak = Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    }
    return "peak RSS "
        + peak
        + " KiB, Netty direct "
        + PlatformDependent.usedDirectMemory() / 1024
        + " KiB";
  }

  /** The receiving JVM. */
  static final class Receiver {

    private Receiver() {}

    public static void main(String[] arguments) throws Exception {
      RaftHttpTransport transport =
          RaftHttpTransport.create(
              RaftHttpConfig.builder(MemberId.of(2), ClusterId.of(1))
                  .listenUrls(PeerUrls.of(arguments[0]))
                  .snapshotStore(DirectorySnapshotStore.open(Path.of(arguments[1])))
                  .build());
      CountDownLatch taken = new CountDownLatch(1);
      transport.inbound().subscribe(message -> taken.countDown());
      transport.start().block();
      System.out.println("READY");
      taken.await();
      System.out.println("TAKEN " + memory());
      new CountDownLatch(1).await();
    }
  }

  /** The sending JVM. */
  static final class Sender {

    private Sender() {}

    public static void main(String[] arguments) throws Exception {
      RaftHttpTransport transport =
          RaftHttpTransport.create(
              RaftHttpConfig.builder(MemberId.of(1), ClusterId.of(1))
                  .listenUrls(PeerUrls.of(arguments[1]))
                  .build());
      transport.events().ofType(TransportEvent.SnapshotFailed.class).subscribe(System.out::println);
      transport.start().block();
      transport.addRemote(MemberId.of(2), PeerUrls.of(arguments[0]));
      Flux<ByteBuf> body = Bodies.flux(BYTES);
      Mono<Void> transfer =
          arguments[2].equals("file")
              ? transport.sendSnapshot(Sample.snapshot(1, 2, 7), Path.of(arguments[3]))
              : transport.sendSnapshot(Sample.snapshot(1, 2, 7), body);
      long began = System.nanoTime();
      transfer.block(Duration.ofMinutes(4));
      double seconds = (System.nanoTime() - began) / 1e9;
      System.out.println(
          "SENT in %.1f s, %.0f MiB/s, %s".formatted(seconds, 1024 / seconds, memory()));
      transport.stop().block(Duration.ofSeconds(10));
    }
  }
}
