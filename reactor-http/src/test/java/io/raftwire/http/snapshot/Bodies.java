// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.snapshot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;

/** Bodies of snapshots that are made as they are sent, and told by their digest. */
final class Bodies {

  static final int PIECE = 64 * 1024;

  private static final byte[] NOISE = new byte[PIECE + 4096];

  static {
    new Random(42).nextBytes(NOISE);
  }

  private Bodies() {}

  /** A body of so many bytes, in pieces of 64 KiB that differ from each other. */
  static Flux<ByteBuf> flux(long bytes) {
    return Flux.generate(
        () -> 0L,
        (at, sink) -> {
          if (at >= bytes) {
            sink.complete();
            return at;
          }
          int length = (int) Math.min(PIECE, bytes - at);
          sink.next(
              PooledByteBufAllocator.DEFAULT
                  .directBuffer(length)
                  .writeBytes(NOISE, shift(at), length));
          return at + length;
        });
  }

  /** The digest of {@link #flux}. */
  static String digest(long bytes) {
    MessageDigest digest = sha256();
    for (long at = 0; at < bytes; at += PIECE) {
      digest.update(NOISE, shift(at), (int) Math.min(PIECE, bytes - at));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Writes the bytes of {@link #flux} to a file. */
  static Path write(Path file, long bytes) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long at = 0; at < bytes; at += PIECE) {
        out.write(NOISE, shift(at), (int) Math.min(PIECE, bytes - at));
      }
    }
    return file;
  }

  /** The digest of a file. */
  static String digest(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[PIECE];
    try (InputStream in = Files.newInputStream(file)) {
      int read;
      while ((read = in.read(buffer)) >= 0) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** How many files a directory has. */
  static long files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int shift(long at) {
    return (int) (at / PIECE % 4096);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
