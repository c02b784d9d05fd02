// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** The member's meters: of the transport, of the process, and as a text for Prometheus. */
@NullMarked
package io.raftwire.examples.kv.meters;

import org.jspecify.annotations.NullMarked;
