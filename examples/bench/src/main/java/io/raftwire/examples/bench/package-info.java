// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** A program that measures Raftwire against Go's own rafthttp. */
@NullMarked
package io.raftwire.examples.bench;

import org.jspecify.annotations.NullMarked;
