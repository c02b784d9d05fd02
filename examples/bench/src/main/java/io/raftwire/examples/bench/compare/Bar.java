// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.bench.compare;

import java.util.Locale;
import java.util.Optional;

/**
 * What a figure of one contender, divided by another's, should reach.
 *
 * @param atLeast whether more is better; if not, the bound is the most it may be
 */
record Bar(String contender, String baseline, Figure figure, boolean atLeast, double bound) {

  static Bar atLeast(String contender, String baseline, Figure figure, double bound) {
    return new Bar(contender, baseline, figure, true, bound);
  }

  static Bar atMost(String contender, String baseline, Figure figure, double bound) {
    return new Bar(contender, baseline, figure, false, bound);
  }

  /** The ratio that was measured, the median over the runs; empty if one of both is missing. */
  Optional<Summary> measured(RowResult result) {
    return result.ratio(contender, baseline, figure);
  }

  /** Whether a ratio reaches the bound. */
  boolean isReachedBy(double ratio) {
    return atLeast ? ratio >= bound : ratio <= bound;
  }

  /** The bound in a few words. */
  String text() {
    return String.format(Locale.ROOT, "%s %.2f", atLeast ? "≥" : "≤", bound);
  }
}
