// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import io.raftwire.examples.bench.BenchException;
import io.raftwire.examples.bench.contender.Endpoint;
import io.raftwire.examples.bench.contender.Link;
import io.raftwire.examples.bench.contender.SnapshotSender;
import io.raftwire.examples.bench.contender.Work;
import io.raftwire.examples.bench.contender.raftwire.RaftwireEndpoint;
import io.raftwire.examples.bench.contender.sockets.SnapshotSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Random;

/** Sends one file as a snapshot, again and again, each after the one before has been saved. */
public final class SnapshotSource {

  private static final int PIECE_BYTES = 1 << 20;
  private static final double MEBIBYTE = 1 << 20;

  private final SnapshotSender sender;
  private final Messages messages;
  private final Path file;

  private long index;

  private SnapshotSource(Link link, SnapshotSender sender, Path file) {
    this.sender = sender;
    this.messages = new Messages(link.id(), link.others().get(0).id());
    this.file = file;
  }

  /**
   * Sends, and prints the result.
   *
   * @param size of the file
   * @param directory where it is made, and deleted afterwards
   * @param warmup is over with the first snapshot that is saved after it
   * @throws BenchException if it is void
   */
  public static void run(
      Transport transport, Link link, long size, Path directory, Duration seconds, Duration warmup)
      throws InterruptedException {
    Usage.watch();
    Path file = make(directory, size);
    if (transport == Transport.sockets) {
      try (SnapshotSocket endpoint = new SnapshotSocket(link)) {
        run(transport, link, endpoint, endpoint, file, seconds, warmup);
      }
    } else {
      try (RaftwireEndpoint endpoint = transport.raftwire(link, null)) {
        run(transport, link, endpoint, endpoint, file, seconds, warmup);
      }
    }
  }

  private static void run(
      Transport transport,
      Link link,
      Endpoint endpoint,
      SnapshotSender sender,
      Path file,
      Duration seconds,
      Duration warmup)
      throws InterruptedException {
    endpoint.start(message -> {});
    endpoint.connect(Work.snapshot);
    Console.ready();
    endpoint.awaitConnected();
    SnapshotSource source = new SnapshotSource(link, sender, file);
    source.send(warmup);
    Console.result(source.measure(transport, seconds));
  }

  private Results.Sender measure(Transport transport, Duration duration) {
    long cpuBefore = Usage.cpuNanos();
    long allocatedBefore = Usage.allocatedBytes();
    long start = System.nanoTime();
    int count = send(duration);
    double seconds = (System.nanoTime() - start) / 1e9;
    long cpuNanos = Usage.cpuNanos() - cpuBefore;
    long size = size();
    double bytes = (double) size * count;
    return new Results.Sender(
        "source",
        transport.name(),
        Work.snapshot.name(),
        size,
        0,
        Json.rounded(seconds, 3),
        count,
        Json.rounded(bytes / seconds, 0),
        Math.round(bytes / MEBIBYTE),
        0,
        Results.seconds(cpuNanos),
        Usage.allocatedBytes() - allocatedBefore,
        Usage.memory());
  }

  /** Sends at least one, and further ones until the time is over. */
  private int send(Duration atLeast) {
    long end = System.nanoTime() + atLeast.toNanos();
    int count = 0;
    do {
      sender.sendSnapshot(messages.snapshot(++index), file);
      count++;
    } while (System.nanoTime() < end);
    return count;
  }

  private long size() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new BenchException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static Path make(Path directory, long size) {
    try {
      Path file = Files.createTempFile(directory, "snapshot", ".source");
      file.toFile().deleteOnExit();
      byte[] bytes = new byte[PIECE_BYTES];
      new Random(1).nextBytes(bytes);
      try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
        for (long left = size; left > 0; ) {
          left -= out.write(ByteBuffer.wrap(bytes, 0, (int) Math.min(left, bytes.length)));
        }
        out.force(true); // so that it is not written while something is being measured
      }
      return file;
    } catch (IOException e) {
      throw new BenchException("cannot make a file in " + directory + ": " + e.getMessage(), e);
    }
  }
}
