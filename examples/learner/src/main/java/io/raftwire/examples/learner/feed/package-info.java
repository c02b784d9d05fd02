// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** Committed entries as decoded events. */
@NullMarked
package io.raftwire.examples.learner.feed;

import org.jspecify.annotations.NullMarked;
