// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes a private key in each of the forms that Go reads and brings it into PKCS#8, the only one
 * the JDK reads: PKCS#1 and SEC1 are what PKCS#8 wraps, without the name of the algorithm.
 */
final class PemKey {

  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
  private static final byte[] RSA_ENCRYPTION =
      HexFormat.of().parseHex("06092a864886f70d0101010500");
  private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

  private static final int SEQUENCE = 0x30;
  private static final int OCTETS = 0x04;
  private static final int PARAMETERS = 0xa0;

  private PemKey() {}

  /**
   * The key in PKCS#8.
   *
   * @param file where it is from, for errors
   * @param pem what is in the file
   * @throws IllegalArgumentException naming the file, if it has no key that can be read
   */
  static byte[] toPkcs8(Path file, String pem) {
    Matcher block = BLOCK.matcher(pem);
    if (!block.find()) {
      throw invalid(file, "");
    }
    String label = block.group(1);
    String content = block.group(2);
    // RFC 1421 headers, of which keys have those of their encryption only.
    if (label.equals("ENCRYPTED PRIVATE KEY") || content.contains(":")) {
      throw invalid(file, " without a password");
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(content);
      return switch (label) {
        case "RSA PRIVATE KEY" -> checked("RSA", wrap(RSA_ENCRYPTION, der));
        case "EC PRIVATE KEY" -> checked("EC", wrap(concat(EC_PUBLIC_KEY, curve(der)), der));
        default -> der;
      };
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(invalid(file, "").getMessage() + ": " + e.getMessage(), e);
    }
  }

  private static byte[] checked(String algorithm, byte[] pkcs8) throws GeneralSecurityException {
    KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    return pkcs8;
  }

  private static byte[] wrap(byte[] algorithm, byte[] key) {
    return element(
        SEQUENCE, concat(concat(VERSION_0, element(SEQUENCE, algorithm)), element(OCTETS, key)));
  }

  /** The name of the curve in an ECPrivateKey: its parameters, tagged [0]. */
  private static byte[] curve(byte[] ecPrivateKey) {
    Element key = Element.at(ecPrivateKey, 0);
    int at = key.from();
    while (at < key.to()) {
      Element part = Element.at(ecPrivateKey, at);
      if (part.tag() == PARAMETERS) {
        return Arrays.copyOfRange(ecPrivateKey, part.from(), part.to());
      }
      at = part.to();
    }
    throw new IllegalArgumentException("the key does not name its curve");
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.length;
    if (length < 0x80) {
      out.write(length);
    } else {
      int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
      out.write(0x80 | bytes);
      for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
        out.write(length >>> shift);
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static IllegalArgumentException invalid(Path file, String more) {
    return new IllegalArgumentException(
        "peer key: " + file + " (expected: a PEM file with a private key" + more + ")");
  }

  /** Where the content of a DER element lies. */
  private record Element(int tag, int from, int to) {

    static Element at(byte[] der, int at) {
      if (at + 2 > der.length) {
        throw truncated();
      }
      int from = at + 2;
      int length = der[at + 1] & 0xff;
      if (length >= 0x80) {
        int bytes = length & 0x7f;
        if (bytes > 3 || from + bytes > der.length) {
          throw truncated();
        }
        length = 0;
        for (int i = 0; i < bytes; i++) {
          length = (length << 8) | (der[from + i] & 0xff);
        }
        from += bytes;
      }
      if (length > der.length - from) {
        throw truncated();
      }
      return new Element(der[at] & 0xff, from, from + length);
    }

    private static IllegalArgumentException truncated() {
      return new IllegalArgumentException("the key is cut off");
    }
  }
}
