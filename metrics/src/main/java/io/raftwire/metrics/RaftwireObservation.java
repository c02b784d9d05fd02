// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.metrics;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.docs.ObservationDocumentation;

/** What a recorder observes when it is given an {@code ObservationRegistry}. */
public enum RaftwireObservation implements ObservationDocumentation {
  /**
   * A POST of a message or of a snapshot, from when it is made ready until it is answered or fails.
   * Its context is a {@code SenderContext}, so that a tracer can add its headers.
   */
  REQUEST;

  /** The value of {@link RaftwireTag#REASON} of a request that did not fail. */
  static final String NO_REASON = "none";

  @Override
  public String getName() {
    return "raftwire.request";
  }

  @Override
  public KeyName[] getLowCardinalityKeyNames() {
    return new KeyName[] {RaftwireTag.PEER, RaftwireTag.CHANNEL, RaftwireTag.REASON};
  }
}
