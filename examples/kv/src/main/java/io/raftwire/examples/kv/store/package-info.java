// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** The state machine: keys, values, and what the members say of themselves. */
@NullMarked
package io.raftwire.examples.kv.store;

import org.jspecify.annotations.NullMarked;
