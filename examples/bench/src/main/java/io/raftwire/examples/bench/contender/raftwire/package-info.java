// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** Raftwire itself, through its public API. */
@NullMarked
package io.raftwire.examples.bench.contender.raftwire;

import org.jspecify.annotations.NullMarked;
