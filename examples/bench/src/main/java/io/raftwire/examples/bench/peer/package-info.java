// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * One end of a measurement: what the Go program in {@code src/main/go} does, with the same
 * protocol, over Raftwire's public API.
 */
@NullMarked
package io.raftwire.examples.bench.peer;

import org.jspecify.annotations.NullMarked;
