// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

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
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;

/** Bodies of random bytes, and their SHA-256. */
final class Digests {

  private static final int PIECE = 64 * 1024;

  private Digests() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The digest of a file, as hexadecimal digits. */
  static String of(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[PIECE];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** So many random bytes, of which the digest is told. */
  static Flux<ByteBuf> body(long bytes, MessageDigest digest) {
    return pieces(bytes, digest)
        .map(piece -> PooledByteBufAllocator.DEFAULT.directBuffer(piece.length).writeBytes(piece));
  }

  /** Writes so many random bytes to a file. */
  static void write(Path file, long bytes, MessageDigest digest) {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (byte[] piece : pieces(bytes, digest).toIterable(1)) {
        out.write(piece);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Flux<byte[]> pieces(long bytes, MessageDigest digest) {
    Flux<byte[]> pieces =
        Flux.generate(
            () -> 0L,
            (at, sink) -> {
              if (at >= bytes) {
                sink.complete();
                return at;
              }
              byte[] piece = new byte[(int) Math.min(PIECE, bytes - at)];
              new SplittableRandom(at).nextBytes(piece);
              digest.update(piece);
              sink.next(piece);
              return at + piece.length;
            });
    // Fused, it would be asked for more when it is discarded, after its state is gone.
    return pieces.hide();
  }
}
