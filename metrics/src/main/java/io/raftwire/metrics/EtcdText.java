// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes Prometheus text say what etcd's says. What a Prometheus registry writes of {@link
 * EtcdMeter} has etcd's names and labels already; this puts right the {@code TYPE} of the six
 * families that had to be registered as something else, writes bucket bounds as Go does ({@code
 * 0.0001}, not {@code 1.0E-4}) and leaves out the {@code _max} gauges Micrometer adds to each
 * histogram. Everything else in the text stays as it is.
 *
 * <pre>{@code
 * byte[] body = EtcdText.of(registry.scrape()).getBytes(UTF_8);
 * }</pre>
 */
public final class EtcdText {

  /** The content type of the text; etcd serves no OpenMetrics either. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final String TYPE_PREFIX = "# TYPE ";
  private static final Pattern BOUND = Pattern.compile("le=\"([0-9.E-]+)\"");
  private static final Pattern MAXIMUM =
      Pattern.compile("(# (HELP|TYPE) )?" + EtcdMeter.PREFIX + "\\w+_seconds_max[ {].*");
  private static final Map<String, EtcdMeter> BY_NAME = byName();

  private EtcdText() {}

  /**
   * The text as etcd would write it.
   *
   * @param prometheusText in the text format 0.0.4, as from {@code PrometheusMeterRegistry.scrape}
   */
  public static String of(String prometheusText) {
    StringBuilder text = new StringBuilder(prometheusText.length());
    prometheusText
        .lines()
        .filter(line -> !MAXIMUM.matcher(line).matches())
        .forEach(line -> text.append(line(line)).append('\n'));
    return text.toString();
  }

  private static String line(String line) {
    if (line.startsWith(TYPE_PREFIX + EtcdMeter.PREFIX)) {
      String name = line.substring(TYPE_PREFIX.length(), line.lastIndexOf(' '));
      EtcdMeter meter = BY_NAME.get(name);
      return meter == null ? line : TYPE_PREFIX + name + ' ' + meter.prometheusType().label();
    }
    return line.startsWith(EtcdMeter.PREFIX)
        ? BOUND.matcher(line).replaceFirst(EtcdText::bound)
        : line;
  }

  private static String bound(MatchResult bound) {
    String plain = new BigDecimal(bound.group(1)).stripTrailingZeros().toPlainString();
    return Matcher.quoteReplacement("le=\"" + plain + '"');
  }

  private static Map<String, EtcdMeter> byName() {
    Map<String, EtcdMeter> meters = new HashMap<>();
    for (EtcdMeter meter : EtcdMeter.values()) {
      meters.put(meter.getName(), meter);
    }
    return Map.copyOf(meters);
  }
}
