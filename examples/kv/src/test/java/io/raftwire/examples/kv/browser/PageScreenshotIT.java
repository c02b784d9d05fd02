// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.raftwire.examples.kv.cluster.KvCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Makes the README's picture of the page, when it is told where to put it. */
@Tag("interop")
@Timeout(300)
@EnabledIfSystemProperty(named = "screenshot", matches = ".+", disabledReason = "asked for only")
class PageScreenshotIT {

  @TempDir private Path dir;

  @Test
  void aBusyClusterWithALinkThatWasCut() throws Exception {
    try (Chromium chromium = new Chromium();
        KvCluster cluster = KvCluster.start(dir, 3, "--allow-faults");
        Page page = chromium.open(cluster.url(1), 1280, 900, ColorScheme.LIGHT)) {
      traffic(page, cluster, 70);
      page.locator("article").last().locator("[data-action=fault]").click();
      page.locator("article[data-state=cut]").waitFor();
      traffic(page, cluster, 15);
      page.locator("#key").fill("greeting");
      page.locator("#value").fill("hello");
      page.locator("#put").click();
      page.locator("#answer-line").waitFor();
      page.evaluate("document.activeElement.blur()");
      Path file = Path.of(System.getProperty("screenshot"));
      page.screenshot(new Page.ScreenshotOptions().setPath(file).setFullPage(true));
      assertThat(Files.size(file)).isLessThan(256_000);
    }
  }

  private static void traffic(Page page, KvCluster cluster, int seconds) {
    long from = System.nanoTime();
    long until = from + Duration.ofSeconds(seconds).toNanos();
    for (int i = 0; System.nanoTime() < until; i++) {
      KvCluster.send("PUT", cluster.url(2) + "/kv/k" + i % 50, "x".repeat(200), "text/plain");
      double second = (System.nanoTime() - from) / 1e9;
      page.waitForTimeout(
          15 + 12 * Math.sin(second / 7) + ThreadLocalRandom.current().nextInt(1, 6));
    }
  }
}
