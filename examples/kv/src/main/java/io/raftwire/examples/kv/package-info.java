// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** A replicated key-value store: MicroRaft keeps the log, Raftwire carries the messages. */
@NullMarked
package io.raftwire.examples.kv;

import org.jspecify.annotations.NullMarked;
