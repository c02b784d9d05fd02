// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** One member: its identity and files, proposals, reads and membership. */
@NullMarked
package io.raftwire.examples.kv.node;

import org.jspecify.annotations.NullMarked;
