// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The URLs one member is reached at by its peers, at least one, in order of preference. Each is
 * {@code http} or {@code https} with a host and a port and nothing else, as etcd demands of peer
 * URLs.
 */
public final class PeerUrls {

  private final List<URI> urls;

  private PeerUrls(List<URI> urls) {
    this.urls = urls;
  }

  /**
   * URLs from their texts; duplicates are taken once.
   *
   * @throws IllegalArgumentException showing the text that is not a peer URL, or if there is none
   */
  public static PeerUrls of(String... urls) {
    return of(Arrays.asList(urls));
  }

  /**
   * URLs from their texts; duplicates are taken once.
   *
   * @throws IllegalArgumentException showing the text that is not a peer URL, or if there is none
   */
  public static PeerUrls of(List<String> urls) {
    if (urls.isEmpty()) {
      throw new IllegalArgumentException("peer URLs: none given (expected: at least one)");
    }
    Set<URI> parsed = new LinkedHashSet<>();
    for (String url : urls) {
      parsed.add(parseOne(url.trim()));
    }
    return new PeerUrls(List.copyOf(parsed));
  }

  /**
   * URLs from a comma-joined text, the form of {@code X-PeerURLs} and of etcd's flags.
   *
   * @throws IllegalArgumentException showing the text that is not a peer URL, or if there is none
   */
  public static PeerUrls parse(String commaJoined) {
    List<String> texts = new ArrayList<>();
    for (String text : commaJoined.split(",", -1)) {
      texts.add(text);
    }
    return of(texts);
  }

  /** The URLs in order of preference, at least one. */
  public List<URI> urls() {
    return urls;
  }

  /** The URLs comma-joined. */
  @Override
  public String toString() {
    return urls.stream().map(URI::toString).collect(Collectors.joining(","));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PeerUrls that && urls.equals(that.urls);
  }

  @Override
  public int hashCode() {
    return Objects.hash(urls);
  }

  private static URI parseOne(String text) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw invalid(text, e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean plain =
        uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
    String path = uri.getPath() == null ? "" : uri.getPath();
    boolean pathEmpty = path.isEmpty() || path.equals("/");
    if (!(scheme.equals("http") || scheme.equals("https"))
        || uri.getHost() == null
        || uri.getPort() < 0
        || uri.getPort() > 65535
        || !plain
        || !pathEmpty) {
      throw invalid(text, null);
    }
    return URI.create(
        scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + ":" + uri.getPort());
  }

  private static IllegalArgumentException invalid(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    return new IllegalArgumentException(
        "peer URL: \"" + text + "\" (expected: http://host:port or https://host:port)", cause);
  }
}
