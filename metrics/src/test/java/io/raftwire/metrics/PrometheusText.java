// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Prometheus text, version 0.0.4, taken apart; a sample belongs to the family named last. */
record PrometheusText(Map<String, Family> families) {

  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

  static PrometheusText parse(String text) {
    Map<String, Family> families = new TreeMap<>();
    Family current = null;
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# ")) {
        current = families.computeIfAbsent(words[2], Family::new);
        if (words[1].equals("HELP")) {
          current.help = words[3];
        } else {
          current.type = words[3];
        }
      } else if (!line.isBlank() && current != null) {
        current.samples.add(sample(line));
      }
    }
    return new PrometheusText(families);
  }

  private static Sample sample(String line) {
    Matcher sample = SAMPLE.matcher(line);
    if (!sample.matches()) {
      throw new IllegalArgumentException(line + " (expected: a sample)");
    }
    Map<String, String> labels = new TreeMap<>();
    if (sample.group(2) != null) {
      Matcher label = LABEL.matcher(sample.group(2));
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    return new Sample(sample.group(1), labels, Double.parseDouble(sample.group(3)));
  }

  Family family(String name) {
    return families.get(name);
  }

  /** One line. */
  record Sample(String name, Map<String, String> labels, double value) {}

  /** The lines between two TYPEs. */
  static final class Family {

    final String name;
    final List<Sample> samples = new ArrayList<>();
    String help = "";
    String type = "";

    Family(String name) {
      this.name = name;
    }

    /** The names of its lines and their labels. */
    Set<String> shape() {
      Set<String> shape = new TreeSet<>();
      samples.forEach(sample -> shape.add(sample.name() + sample.labels().keySet()));
      return shape;
    }

    /** The bounds of its buckets, as written. */
    List<String> boundTexts() {
      return samples.stream()
          .filter(sample -> sample.labels().containsKey("le"))
          .map(sample -> sample.labels().get("le"))
          .distinct()
          .toList();
    }

    /** The bounds of its buckets. */
    List<Double> bounds() {
      return boundTexts().stream()
          .map(bound -> bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.valueOf(bound))
          .toList();
    }
  }
}
