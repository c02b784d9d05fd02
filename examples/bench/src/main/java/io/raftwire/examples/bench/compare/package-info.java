// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** Runs contenders in turn, each as a pair of processes, and sets their figures side by side. */
@NullMarked
package io.raftwire.examples.bench.compare;

import org.jspecify.annotations.NullMarked;
