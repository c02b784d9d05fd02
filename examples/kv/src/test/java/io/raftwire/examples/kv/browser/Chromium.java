// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.raftwire.examples.kv.cluster.KvCluster;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The system's Chromium without a screen. */
final class Chromium implements AutoCloseable {

  private final Playwright playwright;
  private final Browser browser;

  /** What the console said that it should not. */
  final List<String> complaints = new CopyOnWriteArrayList<>();

  /** Starts it; the test is skipped, or fails in CI, if it is not there. */
  Chromium() {
    Path program = KvCluster.require("chromium", "chromium");
    this.playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    this.browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(program)
                    // Containers seldom allow what the sandbox needs.
                    .setArgs(List.of("--no-sandbox")));
  }

  /** A page of its own, in a window of a size. */
  Page open(String url, int width, int height, ColorScheme scheme) {
    Page page =
        browser.newPage(
            new Browser.NewPageOptions().setViewportSize(width, height).setColorScheme(scheme));
    page.onConsoleMessage(
        message -> {
          if (message.type().equals("error") || message.type().equals("warning")) {
            complaints.add(message.text() + " at " + message.location());
          }
        });
    page.onPageError(complaints::add);
    page.onRequest(
        request -> {
          if (!request.url().startsWith(url)) {
            complaints.add("loaded from elsewhere: " + request.url());
          }
        });
    page.navigate(url + "/");
    page.locator("#live[data-state=live]").waitFor();
    return page;
  }

  Page open(String url) {
    return open(url, 1280, 900, ColorScheme.LIGHT);
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
