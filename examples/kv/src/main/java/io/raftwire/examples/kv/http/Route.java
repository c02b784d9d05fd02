// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.http;

/** Where a request goes, and what the meters call it. */
enum Route {
  KEY("/kv/{key}"),
  KEYS("/kv"),
  MEMBERS("/members"),
  MEMBER("/members/{id}"),
  HEALTH("/health"),
  VERSION("/version"),
  METRICS("/metrics"),
  PAGE("/page/{file}"),
  FEED("/page/feed"),
  LINKS("/page/links"),
  FAULTS("/faults"),
  FAULT("/faults/{cut|mend}"),
  UNKNOWN("unknown");

  /** Its name in the meters. */
  final String label;

  Route(String label) {
    this.label = label;
  }

  static Route of(String path) {
    return switch (path) {
      case "/kv" -> KEYS;
      case "/members" -> MEMBERS;
      case "/health" -> HEALTH;
      case "/version" -> VERSION;
      case "/metrics" -> METRICS;
      case "/" -> PAGE;
      case "/page/feed" -> FEED;
      case "/page/links" -> LINKS;
      case "/faults" -> FAULTS;
      default -> ofPrefix(path);
    };
  }

  private static Route ofPrefix(String path) {
    if (path.startsWith("/kv/")) {
      return KEY;
    }
    if (path.startsWith("/members/")) {
      return MEMBER;
    }
    if (path.startsWith("/faults/")) {
      return FAULT;
    }
    return path.startsWith("/page/") ? PAGE : UNKNOWN;
  }
}
