// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** The learner's log on disk. */
@NullMarked
package io.raftwire.examples.learner.store;

import org.jspecify.annotations.NullMarked;
