// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.http.conformance;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import reactor.blockhound.BlockHound;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Collects every leak that Netty finds while tests run. {@link LeakCheck} fails the run for them;
 * for those that other engines' tests bring to light only after it, the process ends with an exit
 * code that no build takes for success.
 *
 * <p>It comes as a part of BlockHound because that is loaded before the first test of any engine,
 * and so before Netty makes its detectors.
 */
public final class LeakCollector implements BlockHoundIntegration {

  private static final int EXIT_CODE = 86;
  private static final List<String> LEAKS = new CopyOnWriteArrayList<>();

  /** Called by BlockHound. */
  public LeakCollector() {}

  /** What has leaked so far, after everything unreachable has been found. */
  static List<String> leaks() {
    for (int round = 0; round < 3; round++) {
      collectGarbage();
      // A detector looks for leaks when it begins to track something.
      for (int i = 0; i < 200; i++) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(1);
        buffer.release();
      }
    }
    return List.copyOf(LEAKS);
  }

  private static void collectGarbage() {
    WeakReference<Object> canary = new WeakReference<>(new Object());
    for (int round = 0; round < 20 && canary.get() != null; round++) {
      System.gc();
    }
  }

  @Override
  public void applyTo(BlockHound.Builder builder) {
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Deprecated
          @Override
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return new Collector<>(resource, samplingInterval);
          }
        });
    Runtime.getRuntime().addShutdownHook(new Thread(LeakCollector::checkLast, "leak-check"));
  }

  private static void checkLast() {
    List<String> leaks = leaks();
    if (!leaks.isEmpty()) {
      System.err.println(leaks.size() + " LEAK(S) found by Netty: " + leaks);
      System.err.flush();
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  private static final class Collector<T> extends ResourceLeakDetector<T> {

    Collector(Class<?> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      super.reportTracedLeak(resourceType, records);
      LEAKS.add(resourceType + ": " + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      super.reportUntracedLeak(resourceType);
      LEAKS.add(resourceType);
    }
  }
}
