// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** Several members as processes of their own, started, watched and stopped together. */
@NullMarked
package io.raftwire.examples.kv.cluster;

import org.jspecify.annotations.NullMarked;
