// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How an end talks to whoever started it: READY and a line of JSON on standard output, all else on
 * standard error.
 */
final class Console {

  private static final int FINISH_SECONDS = 15;

  private Console() {}

  static void ready() {
    System.out.println("READY");
  }

  static void result(Object result) {
    System.out.println(Json.line(result));
  }

  static void note(String line) {
    System.err.println("raftwire-bench: " + line);
  }

  /**
   * Waits for the end of standard input or a signal, then runs what is left to do. After a signal
   * the process ends with exit code 0 when that is done.
   */
  static void atEnd(Runnable finish) {
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch finished = new CountDownLatch(1);
    AtomicBoolean succeeded = new AtomicBoolean();
    Thread onSignal =
        new Thread(
            () -> {
              ended.countDown();
              try {
                boolean done = finished.await(FINISH_SECONDS, TimeUnit.SECONDS);
                Runtime.getRuntime().halt(done && succeeded.get() ? 0 : 1);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "on-signal");
    Runtime.getRuntime().addShutdownHook(onSignal);
    Thread input = new Thread(() -> drain(System.in, ended), "standard-input");
    input.setDaemon(true);
    input.start();
    try {
      ended.await();
      finish.run();
      succeeded.set(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      System.out.flush();
      finished.countDown();
    }
    try {
      Runtime.getRuntime().removeShutdownHook(onSignal);
    } catch (IllegalStateException e) {
      // It runs, and ends the process.
    }
  }

  private static void drain(InputStream input, CountDownLatch ended) {
    byte[] buffer = new byte[512];
    try {
      while (input.read(buffer) >= 0) {
        // Nobody has anything to say here.
      }
    } catch (IOException e) {
      // As good as its end.
    }
    ended.countDown();
  }
}
