// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench;

import io.raftwire.ClusterId;
import io.raftwire.MemberId;
import io.raftwire.PeerUrls;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the values of flags are made from, with the bounds the Go program has. */
final class Converters {

  private static final double MAX_SECONDS = 24 * 60 * 60;

  private Converters() {}

  /** A member id that is not 0. */
  static final class Member implements ITypeConverter<MemberId> {
    @Override
    public MemberId convert(String text) {
      return MemberId.of(nonZero(text));
    }
  }

  /** A cluster id that is not 0. */
  static final class Cluster implements ITypeConverter<ClusterId> {
    @Override
    public ClusterId convert(String text) {
      return ClusterId.of(nonZero(text));
    }
  }

  /** One peer URL. */
  static final class Url implements ITypeConverter<PeerUrls> {
    @Override
    public PeerUrls convert(String text) {
      try {
        if (text.startsWith("http://") || text.startsWith("https://")) {
          return PeerUrls.of(text);
        }
      } catch (IllegalArgumentException e) {
        // Said below.
      }
      throw new TypeConversionException("\"" + text + "\" (expected: http[s]://HOST:PORT)");
    }
  }

  /** A time in seconds, with a fraction if need be. */
  static final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      double seconds;
      try {
        seconds = Double.parseDouble(text);
      } catch (NumberFormatException e) {
        seconds = Double.NaN;
      }
      if (!(seconds >= 0 && seconds <= MAX_SECONDS)) {
        throw new TypeConversionException("\"" + text + "\" (expected: seconds from 0 to 86400)");
      }
      return Duration.ofNanos(Math.round(seconds * 1e9));
    }
  }

  private static long nonZero(String text) {
    try {
      long value = MemberId.parse(text).value();
      if (value != 0) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new TypeConversionException(
        "\"" + text + "\" (expected: 1 to 16 hexadecimal digits, not all 0)");
  }
}
