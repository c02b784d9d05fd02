// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import io.raftwire.examples.kv.cluster.KvCluster;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The page's heap over as many updates as ten minutes have, at ten times the pace; with {@code
 * -Draftwire.page.pace=1000} it is the ten minutes themselves.
 */
@Tag("interop")
@Tag("long")
@Timeout(1200)
class PageHeapIT {

  private static final int PACE = Integer.getInteger("raftwire.page.pace", 100);

  // Charts and events are full by then, and what the code itself needs is there.
  private static final int WARM_UP = 250;
  private static final int UPDATES = 600;
  private static final int READINGS = 10;

  @TempDir private Path dir;

  @Test
  void updatesDoNotGrowTheHeap() throws Exception {
    try (Chromium chromium = new Chromium();
        KvCluster cluster = KvCluster.start(dir, 3, "--allow-faults", "--page-interval=" + PACE);
        Page page = chromium.open(cluster.url(1))) {
      CDPSession session = page.context().newCDPSession(page);
      session.send("HeapProfiler.enable");
      String peer = page.locator("article").first().getAttribute("data-peer");
      updates(page, cluster, peer, WARM_UP);
      Use before = use(page, session);
      for (int i = 1; i <= 4; i++) {
        updates(page, cluster, peer, UPDATES / 4);
        Use now = use(page, session);
        System.out.printf("after %d updates: %s%n", i * UPDATES / 4, now);
      }
      Use after = use(page, session);
      System.out.printf(
          "page heap, pace %d ms: %s, %d updates later %s%n", PACE, before, UPDATES, after);
      assertThat(after.heap - before.heap).as("growth of the heap").isLessThan(1 << 20);
      // A hundred events are the last to fill up, with five nodes each.
      assertThat(after.nodes).as("nodes").isLessThan(1500);
      assertThat(chromium.complaints).isEmpty();
    }
  }

  /** Lets the page be updated, with traffic and a link that is cut and mended again and again. */
  private static void updates(Page page, KvCluster cluster, String peer, int count) {
    long from = seq(page);
    boolean cut = false;
    for (int i = 0; seq(page) < from + count; i++) {
      // Whether it is answered does not matter: a cut link may cost an election.
      KvCluster.send(
          "PUT", cluster.url(1 + i % 3) + "/kv/heap-" + i % 20, "x".repeat(i % 500), "text/plain");
      if (i % 10 == 0) {
        cut = !cut;
        String action = cut ? "cut" : "mend";
        cluster.ask("POST", 1, "/faults/" + action, "{\"peer\":\"" + peer + "\"}");
      }
      page.waitForTimeout(PACE);
    }
    cluster.ask("POST", 1, "/faults/mend", "{\"peer\":\"" + peer + "\"}");
  }

  private record Use(long heap, long nodes) {

    @Override
    public String toString() {
      return "%.2f MiB, %d nodes".formatted(heap / 1048576.0, nodes);
    }
  }

  /**
   * The least of a few readings. A single one may be a megabyte too high, with what the browser has
   * compiled and will let go; what the page keeps is in all of them.
   */
  private static Use use(Page page, CDPSession session) {
    Use least = read(session);
    for (int i = 0; i < READINGS; i++) {
      page.waitForTimeout(PACE);
      Use now = read(session);
      least = new Use(Math.min(least.heap, now.heap), Math.min(least.nodes, now.nodes));
    }
    return least;
  }

  private static Use read(CDPSession session) {
    session.send("HeapProfiler.collectGarbage");
    session.send("HeapProfiler.collectGarbage");
    JsonObject heap = session.send("Runtime.getHeapUsage");
    JsonObject counters = session.send("Memory.getDOMCounters");
    return new Use(heap.get("usedSize").getAsLong(), counters.get("nodes").getAsLong());
  }

  private static long seq(Page page) {
    return Long.parseLong(page.evaluate("document.body.dataset.seq").toString());
  }
}
