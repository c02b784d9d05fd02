// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.server.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 that nobody listens on, below those that systems give to outgoing connections:
 * one that dials a listener which is still to come must not get that listener's port.
 */
public final class Ports {

  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private Ports() {}

  /** A port that is free and that this process has not been given before. */
  public static int free() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(12_000, 31_000);
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        if (GIVEN.add(port)) {
          return port;
        }
      } catch (IOException e) {
        // taken: another one
      }
    }
  }

  /** A URL at such a port. */
  public static String freeUrl() {
    return "http://127.0.0.1:" + free();
  }
}
