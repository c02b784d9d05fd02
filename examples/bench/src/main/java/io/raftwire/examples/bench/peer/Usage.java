// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.peer;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What this process has used since it started. */
final class Usage {

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String PEAK = "VmHWM:";
  private static final long ALLOCATED_MILLIS = 500;
  private static final long AGE_MILLIS = 2000;
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  // To look it up takes longer than to ask it, and is done often.
  private static final List<BufferPoolMXBean> DIRECT =
      ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct"))
          .toList();

  private static final List<Collector> COLLECTORS =
      ManagementFactory.getGarbageCollectorMXBeans().stream().map(Collector::new).toList();

  private static final AtomicLong directMax = new AtomicLong();
  private static final Map<Long, Long> allocatedByThread = new ConcurrentHashMap<>();

  private Usage() {}

  /** How closely memory and collections are watched. */
  enum Watch {
    /** Every collection is seen, of which there are many a second. */
    CLOSELY(20),
    /**
     * There are few, and who measures the time of an answer is in its way whenever it looks: what
     * is seldom run is interpreted, for a millisecond and more where there are many threads.
     */
    RARELY(10_000);

    private final long everyMillis;

    Watch(long everyMillis) {
      this.everyMillis = everyMillis;
    }
  }

  /** Begins to watch what only shows while it happens. */
  static void watch(Watch how) {
    Thread sampler = new Thread(() -> sample(how.everyMillis), "memory");
    sampler.setDaemon(true);
    sampler.start();
  }

  /** CPU time, user and system. */
  static long cpuNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /** What all threads so far have allocated on the heap; those that ended as of a moment before. */
  static long allocatedBytes() {
    noteAllocated();
    return allocatedByThread.values().stream().mapToLong(Long::longValue).sum();
  }

  private static void noteAllocated() {
    long[] ids = THREADS.getAllThreadIds();
    long[] bytes = THREADS.getThreadAllocatedBytes(ids);
    for (int i = 0; i < ids.length; i++) {
      allocatedByThread.merge(ids[i], bytes[i], Math::max);
    }
  }

  /** The figures of the process's memory so far. */
  static Results.Memory memory() {
    long collections = 0;
    long millis = 0;
    long longest = 0;
    for (Collector collector : COLLECTORS) {
      collector.look();
      collections += collector.count;
      millis += collector.millis;
      longest = Math.max(longest, collector.longestMillis);
    }
    long heap = 0;
    for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
      if (pool.getType() == MemoryType.HEAP) {
        heap += pool.getPeakUsage().getUsed();
      }
    }
    return new Results.Memory(
        maxRssBytes(),
        heap,
        Math.max(directMax.get(), directBytes()),
        allocatedBytes(),
        collections,
        millis,
        longest);
  }

  // The collectors' notifications would tell each pause, but what makes them takes as long as one.
  private static void sample(long everyMillis) {
    try {
      Thread.sleep(AGE_MILLIS);
      // What a process is made of at its start is old in one that has run for an hour, and not
      // copied in every pause.
      System.gc();
      COLLECTORS.forEach(Collector::forgetLongest);
      for (long millis = 0; ; millis += everyMillis) {
        COLLECTORS.forEach(Collector::look);
        directMax.accumulateAndGet(directBytes(), Math::max);
        if (millis % ALLOCATED_MILLIS == 0) {
          noteAllocated(); // for the sake of threads that end
        }
        Thread.sleep(everyMillis);
      }
    } catch (InterruptedException e) {
      // Ended.
    }
  }

  // Netty counts what it allocates past the JDK's own count, where it can.
  private static long directBytes() {
    long bytes = Math.max(0, PlatformDependent.usedDirectMemory());
    for (BufferPoolMXBean pool : DIRECT) {
      bytes += Math.max(0, pool.getMemoryUsed());
    }
    return bytes;
  }

  /** The largest resident set so far; 0 where there is no {@code /proc}. */
  private static long maxRssBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(PEAK)) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return 0;
  }

  /** What one collector has done, looked at from time to time. */
  private static final class Collector {

    private final GarbageCollectorMXBean collector;
    private long count;
    private long millis;
    private long longestMillis;

    Collector(GarbageCollectorMXBean collector) {
      this.collector = collector;
    }

    synchronized void look() {
      long nowCount = Math.max(0, collector.getCollectionCount());
      if (nowCount > count) {
        long nowMillis = Math.max(0, collector.getCollectionTime());
        longestMillis = Math.max(longestMillis, (nowMillis - millis) / (nowCount - count));
        count = nowCount;
        millis = nowMillis;
      }
    }

    synchronized void forgetLongest() {
      look();
      longestMillis = 0;
    }
  }
}
