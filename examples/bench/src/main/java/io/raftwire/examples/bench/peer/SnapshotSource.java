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

/**
 * Sends one file as a snapshot, again and again, each after the one before has been saved. Only the
 * transfers' time counts: between them is a pause, in which the receiver's file system gives back
 * what the deleted one before had. A disk that is told of that (mounted with discard) does nothing
 * else meanwhile.
 */
public final class SnapshotSource {

  private static final int PIECE_BYTES = 1 << 20;
  private static final double MEBIBYTE = 1 << 20;
  private static final long PAUSE_MILLIS = 500;

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
   * @param warmup is over with the first snapshot that is saved after so long
   * @throws BenchException if it is void
   */
  public static void run(
      Transport transport, Link link, long size, Path directory, Duration seconds, Duration warmup)
      throws InterruptedException {
    Usage.watch(Usage.Watch.CLOSELY);
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

  private Results.Sender measure(Transport transport, Duration duration)
      throws InterruptedException {
    long cpuBefore = Usage.cpuNanos();
    long allocatedBefore = Usage.allocatedBytes();
    Sent sent = send(duration);
    double seconds = sent.nanos() / 1e9;
    long cpuNanos = Usage.cpuNanos() - cpuBefore;
    long size = size();
    double bytes = (double) size * sent.count();
    return new Results.Sender(
        "source",
        transport.name(),
        Work.snapshot.name(),
        size,
        0,
        Json.rounded(seconds, 3),
        sent.count(),
        Json.rounded(bytes / seconds, 0),
        Math.round(bytes / MEBIBYTE),
        0,
        Results.seconds(cpuNanos),
        Usage.allocatedBytes() - allocatedBefore,
        Usage.memory());
  }

  /** How many were sent, and how long it took without the pauses. */
  private record Sent(int count, long nanos) {}

  /** Sends at least one, and further ones until they have taken the time. */
  private Sent send(Duration atLeast) throws InterruptedException {
    Sent sent = new Sent(0, 0);
    do {
      long start = System.nanoTime();
      sender.sendSnapshot(messages.snapshot(++index), file);
      sent = new Sent(sent.count() + 1, sent.nanos() + System.nanoTime() - start);
      Thread.sleep(PAUSE_MILLIS);
    } while (sent.nanos() < atLeast.toNanos());
    return sent;
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
