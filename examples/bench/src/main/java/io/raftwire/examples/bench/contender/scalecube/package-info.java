// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** scalecube transport: each message is sent to an address. */
@NullMarked
package io.raftwire.examples.bench.contender.scalecube;

import org.jspecify.annotations.NullMarked;
