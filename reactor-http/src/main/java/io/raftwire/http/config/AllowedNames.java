// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.config;

import io.netty.util.NetUtil;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;

/**
 * Which names peers' certificates may have, after they chain to a trusted CA (client/pkg/transport
 * in etcd, {@code TLSInfo.AllowedCN} and {@code AllowedHostname}).
 *
 * @param commonNames of the subject; empty for any
 * @param hostNames host names and IP addresses, for one of which it must be valid; empty for any
 */
record AllowedNames(Set<String> commonNames, Set<String> hostNames) {

  // What GeneralName (RFC 5280, 4.2.1.6) calls the kinds of names.
  private static final int DNS_NAME = 2;
  private static final int IP_ADDRESS = 7;

  /**
   * @throws CertificateException naming what is in the certificate and what was expected
   */
  void check(X509Certificate certificate) throws CertificateException {
    if (!commonNames.isEmpty()) {
      String name = commonName(certificate);
      if (name == null || !commonNames.contains(name)) {
        throw new CertificateException(
            "the peer's certificate "
                + (name == null ? "has no common name" : "is for the common name " + name)
                + " (expected: one of "
                + commonNames
                + ")");
      }
    }
    if (!hostNames.isEmpty() && hostNames.stream().noneMatch(host -> isFor(certificate, host))) {
      throw new CertificateException(
          "the peer's certificate is for the hosts "
              + alternativeNames(certificate).stream().map(name -> name.get(1)).toList()
              + " (expected: one of "
              + hostNames
              + ")");
    }
  }

  /** The last one where there are several, as in Go. */
  private static @Nullable String commonName(X509Certificate certificate)
      throws CertificateException {
    String subject = certificate.getSubjectX500Principal().getName();
    String name = null;
    try {
      for (Rdn part : new LdapName(subject).getRdns()) {
        Attribute commonName = part.toAttributes().get("CN");
        if (commonName != null) {
          name = String.valueOf(commonName.get());
        }
      }
    } catch (InvalidNameException e) {
      throw new CertificateException("the peer's certificate has a subject without form", e);
    } catch (NamingException e) {
      throw new AssertionError("an attribute in memory has its values", e);
    }
    return name;
  }

  private static boolean isFor(X509Certificate certificate, String host) {
    byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
    for (List<?> name : alternativeNames(certificate)) {
      int kind = (Integer) name.get(0);
      if (address == null
          ? kind == DNS_NAME && matches(host, (String) name.get(1))
          : kind == IP_ADDRESS && isAddress(address, (String) name.get(1))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAddress(byte[] address, String name) {
    return Arrays.equals(address, NetUtil.createByteArrayFromIpAddressString(name));
  }

  /** RFC 6125, 6.4: no distinction of case, and a {@code *} is one whole label, the first. */
  private static boolean matches(String host, String pattern) {
    int dot = host.indexOf('.');
    boolean wildcard = pattern.startsWith("*.") && dot > 0;
    return wildcard
        ? host.substring(dot).equalsIgnoreCase(pattern.substring(1))
        : host.equalsIgnoreCase(pattern);
  }

  private static Collection<List<?>> alternativeNames(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null ? List.of() : names;
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }
}
