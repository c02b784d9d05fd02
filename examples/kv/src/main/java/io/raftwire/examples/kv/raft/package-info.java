// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** What MicroRaft is given to run on Raftwire and SQLite: mapping, transport, store, time. */
@NullMarked
package io.raftwire.examples.kv.raft;

import org.jspecify.annotations.NullMarked;
