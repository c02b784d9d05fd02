// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0
package io.raftwire.examples.kv.store;

/**
 * What became of a proposed change.
 *
 * @param index the log index of the entry that carried it
 * @param existed whether the key had a value before
 * @param outcome whether it was done
 */
public record Applied(long index, boolean existed, Outcome outcome) {

  /** Whether an entry's change was done. */
  public enum Outcome {
    /** It was. */
    DONE,
    /** An earlier entry carried the same proposal, and was done. */
    REPEATED,
    /** It is too old to tell whether it was done before, so it was not done now. */
    EXPIRED
  }
}
