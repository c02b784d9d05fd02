// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.browser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.raftwire.examples.kv.cluster.KvCluster;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, of a real cluster. */
@Tag("interop")
@Timeout(180)
class PageIT {

  private static final Pattern METER =
      Pattern.compile(
          "raftwire_(sent|received)_messages_total\\{channel=\"(\\w+)\",peer=\"(\\w+)\"} ([0-9.E]+)");

  @TempDir private static Path dir;

  private static Chromium chromium;
  private static KvCluster cluster;

  @BeforeAll
  static void start() throws Exception {
    chromium = new Chromium();
    cluster = KvCluster.start(dir, 3, "--allow-faults");
  }

  @AfterAll
  static void stop() {
    if (cluster != null) {
      cluster.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  @AfterEach
  void nothingWentWrong() {
    List<String> complaints = List.copyOf(chromium.complaints);
    chromium.complaints.clear();
    assertThat(complaints).as("what the console says").isEmpty();
  }

  @Test
  void valuesAreThoseOfTheMeters() {
    try (Page page = chromium.open(cluster.url(1))) {
      for (int i = 0; i < 200; i++) {
        cluster.ask("PUT", 2, "/kv/meters-" + i, "x");
      }
      Map<String, Double> before = meters();
      assertThat(before).hasSize(2 * 2 * 4);
      awaitSamples(page, 2);
      @SuppressWarnings("unchecked")
      Map<String, Object> shown =
          (Map<String, Object>)
              page.evaluate(
                  """
                  () => {
                    const all = {};
                    for (const cell of document.querySelectorAll('td[data-field=sent], td[data-field=received]')) {
                      const channel = cell.closest('tr').dataset.channel;
                      const peer = cell.closest('article').dataset.peer;
                      all[`${cell.dataset.field} ${channel} ${peer}`] = cell.dataset.value;
                    }
                    return all;
                  }""");
      Map<String, Double> after = meters();
      assertThat(shown.keySet()).isEqualTo(before.keySet());
      shown.forEach(
          (series, value) ->
              assertThat(Double.parseDouble(value.toString()))
                  .as(series)
                  .isBetween(before.get(series), after.get(series)));
      assertThat(after.values().stream().mapToDouble(each -> each).sum()).isGreaterThan(400);

      String metrics = cluster.ask("GET", 1, "/metrics", "");
      assertThat(page.locator("#term").textContent()).isEqualTo(meter(metrics, "kv_raft_term"));
      await()
          .untilAsserted(
              () ->
                  assertThat(page.locator("#commit").textContent().replace(",", ""))
                      .isEqualTo(
                          meter(cluster.ask("GET", 1, "/metrics", ""), "kv_raft_commit_index")));
      assertThat(page.locator("article [data-field=rtt]").allTextContents())
          .hasSize(2)
          .allMatch(text -> text.matches("[0-9.]+ (ms|s)"));
    }
  }

  @Test
  void ratesAddUpToTheTotals() {
    try (Page page = chromium.open(cluster.url(1))) {
      page.evaluate(
          """
          () => {
            window.seen = [];
            new MutationObserver(() => {
              const sum = field => [...document.querySelectorAll(`td[data-field=${field}]`)]
                .reduce((all, cell) => all + Number(cell.dataset.value), 0);
              setTimeout(() => window.seen.push([performance.now(), sum('sent'), sum('sent-rate')]));
            }).observe(document.body, {attributes: true, attributeFilter: ['data-seq']});
          }""");
      long until = System.nanoTime() + Duration.ofSeconds(8).toNanos();
      for (int i = 0; System.nanoTime() < until; i++) {
        cluster.ask("PUT", 1 + i % 3, "/kv/rates", "x");
        if (i % 10 == 0) {
          page.waitForTimeout(20); // lets the browser's messages in
        }
      }
      @SuppressWarnings("unchecked")
      List<List<Number>> seen = (List<List<Number>>) page.evaluate("window.seen");
      assertThat(seen).hasSizeGreaterThan(5);
      double rates = 0;
      for (int i = 1; i < seen.size(); i++) {
        rates += seen.get(i).get(2).doubleValue(); // times one second, the pace of the samples
      }
      double total =
          seen.get(seen.size() - 1).get(1).doubleValue() - seen.get(0).get(1).doubleValue();
      assertThat(total).isGreaterThan(50);
      assertThat(rates).isBetween(total * 0.85 - 5, total * 1.15 + 5);
    }
  }

  @Test
  void aCutLinkShowsAndAMendedOneClears() {
    try (Page page = chromium.open(cluster.url(1));
        Page other = chromium.open(cluster.url(3))) {
      Locator card = page.locator("article", new Page.LocatorOptions().setHasText("m3"));
      String peer = card.getAttribute("data-peer");
      Locator line = page.locator("line[data-peer='" + peer + "']");
      assertThat(line.getAttribute("data-state")).isEqualTo("active");

      long cut = System.nanoTime();
      card.locator("[data-action=fault]").click();
      within(3000, page, "article[data-peer='" + peer + "'][data-state=cut]");
      within(3000, page, "line[data-peer='" + peer + "'][data-state=cut]");
      long shown = (System.nanoTime() - cut) / 1_000_000;
      assertThat(card.locator("[data-action=fault]").textContent()).isEqualTo("Mend link");
      assertThat(card.locator("[data-field=why]").textContent()).contains("m3 is dropped here");
      assertThat(page.locator("#events li").first().textContent())
          .contains("the link to m3 was cut by hand");
      // The member at the other end is told by its neighbour.
      within(5000, other, "article[data-state=cut]");
      assertThat(other.locator("article[data-state=cut] .chip").textContent())
          .isEqualTo("cut by m1");

      long mended = System.nanoTime();
      card.locator("[data-action=fault]").click();
      within(3000, page, "article[data-peer='" + peer + "'][data-state=active]");
      within(3000, page, "line[data-peer='" + peer + "'][data-state=active]");
      long cleared = (System.nanoTime() - mended) / 1_000_000;
      assertThat(card.locator("[data-field=why]").isVisible()).isFalse();
      within(5000, other, "article[data-peer]:not([data-state=cut])");
      System.out.printf("a cut link showed after %d ms, mended after %d ms%n", shown, cleared);
    }
  }

  @Test
  void keysArePutReadAndDeletedByKeyboardAlone() {
    String key = "ключ/😀 <b>&\"'?#%";
    String value = "<script>alert(1)</script> ünï\n".repeat(10);
    try (Page page = chromium.open(cluster.url(1), 390, 844, ColorScheme.DARK)) {
      tabTo(page, "key");
      page.keyboard().insertText(key);
      page.keyboard().press("Tab");
      page.keyboard().insertText(value);
      tabTo(page, "put");
      assertThat(page.locator("#put").evaluate("e => getComputedStyle(e).outlineStyle"))
          .as("focus can be seen")
          .isEqualTo("solid");
      page.keyboard().press("Enter");
      answered(page, "created");
      String path = "/kv/" + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
      assertThat(cluster.ask("GET", 3, path, "")).isEqualTo(value);

      page.keyboard().press("Shift+Tab");
      assertThat(focused(page)).isEqualTo("get");
      page.keyboard().press("Space");
      answered(page, "is 320 B");
      assertThat(page.locator("#answer-value").textContent()).isEqualTo(value);

      String large = "<b>ü</b>\n".repeat(20_000);
      cluster.ask("PUT", 2, path, large);
      page.keyboard().press("Enter");
      answered(page, "of which 64.0 KiB are shown");
      assertThat(page.locator("#answer-value").textContent())
          .hasSizeGreaterThan(50_000)
          .startsWith("<b>ü</b>\n<b>ü</b>\n");

      tabTo(page, "delete");
      page.keyboard().press("Enter");
      answered(page, "deleted");
      page.keyboard().press("Enter");
      answered(page, "was not there");

      page.locator("#key").fill("..");
      page.keyboard().press("Enter");
      answered(page, "cannot send the key");
      page.locator("#key").fill("");
      page.keyboard().press("Enter");
      answered(page, "The key is empty");
    }
    // A refusal is a line of the console's too; it is the browser's, and right.
    chromium.complaints.clear();
    try (Page page = chromium.open(cluster.url(1))) {
      page.locator("#key").fill("k".repeat(5000));
      page.keyboard().press("Enter");
      answered(page, "414: key: 5000 bytes (expected: at most 4096)");
      assertThat(chromium.complaints).hasSize(1).allMatch(each -> each.contains("414"));
      chromium.complaints.clear();
    }
  }

  @Test
  void itFitsAPhoneAndTheDark() {
    for (int width : new int[] {360, 390, 768, 1280, 1920}) {
      try (Page page = chromium.open(cluster.url(1), width, 844, ColorScheme.DARK)) {
        assertThat((int) page.evaluate("document.documentElement.scrollWidth"))
            .as("width of the page at %d", width)
            .isLessThanOrEqualTo(width);
        assertThat(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            .isEqualTo("rgb(13, 17, 23)");
      }
    }
  }

  @Test
  void aRestartedMemberIsShownAnewAndFaultsAreRefusedUnlessAllowed(@TempDir Path ownDir)
      throws Exception {
    try (KvCluster own = KvCluster.start(ownDir, 2, "--meter-names=etcd");
        Page page = chromium.open(own.url(1))) {
      assertThat(page.locator("[data-action=fault]").isVisible()).isFalse();
      HttpResponse<String> refused =
          KvCluster.send("POST", own.url(1) + "/faults/cut", "{}", "application/json");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("--allow-faults");
      // The page has channels although etcd's meters have none.
      assertThat(own.ask("GET", 1, "/metrics", ""))
          .contains("# TYPE etcd_network_peer_sent_bytes_total counter")
          .doesNotContain("raftwire_sent");
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          Long.parseLong(
                              page.locator("tr[data-channel=message] [data-field=sent]")
                                  .getAttribute("data-value")))
                      .isPositive());

      String run = page.evaluate("document.body.dataset.run").toString();
      own.process(1).destroyForcibly();
      page.locator("#live[data-state=lost]").waitFor();
      assertThat(page.locator("body").getAttribute("class")).contains("stale");
      own.restart(1);
      page.locator("#live[data-state=live]").waitFor();
      page.waitForFunction("run => document.body.dataset.run !== run", run);
      within(20_000, page, "article[data-state=active]");
      awaitSamples(page, 3);
      // Charts, events and figures are those of the new run alone.
      @SuppressWarnings("unchecked")
      List<Integer> points =
          (List<Integer>)
              page.evaluate(
                  "[...document.querySelectorAll('canvas')].map(each =>"
                      + " Chart.getChart(each).data.datasets[0].data.length)");
      int seq = Integer.parseInt(page.evaluate("document.body.dataset.seq").toString());
      assertThat(points).hasSize(2).allSatisfy(each -> assertThat(each).isBetween(1, seq));
      assertThat(page.locator("#events li").count()).isLessThan(seq + 10);
      chromium.complaints.removeIf(
          each -> each.contains("net::ERR_") || each.contains("Failed to load resource"));
    }
  }

  // ---- how it is looked at --------------------------------------------------------------------

  private static Map<String, Double> meters() {
    Map<String, Double> meters = new TreeMap<>();
    Matcher matcher = METER.matcher(cluster.ask("GET", 1, "/metrics", ""));
    while (matcher.find()) {
      meters.put(
          matcher.group(1) + " " + matcher.group(2) + " " + matcher.group(3),
          Double.parseDouble(matcher.group(4)));
    }
    return new HashMap<>(meters);
  }

  private static String meter(String text, String name) {
    Matcher matcher = Pattern.compile("(?m)^" + name + " (\\S+)$").matcher(text);
    assertThat(matcher.find()).as(name).isTrue();
    return matcher.group(1);
  }

  private static void awaitSamples(Page page, int count) {
    page.waitForFunction(
        "seq => Number(document.body.dataset.seq) >= seq",
        Integer.parseInt(page.evaluate("document.body.dataset.seq").toString()) + count);
  }

  private static void within(int millis, Page page, String selector) {
    page.locator(selector).first().waitFor(new Locator.WaitForOptions().setTimeout(millis));
  }

  private static void answered(Page page, String text) {
    page.waitForFunction(
        "text => document.getElementById('answer-line').textContent.includes(text)", text);
  }

  private static String focused(Page page) {
    return page.evaluate("document.activeElement.id").toString();
  }

  private static void tabTo(Page page, String id) {
    for (int i = 0; i < 30 && !focused(page).equals(id); i++) {
      page.keyboard().press("Tab");
    }
    assertThat(focused(page)).isEqualTo(id);
  }
}
