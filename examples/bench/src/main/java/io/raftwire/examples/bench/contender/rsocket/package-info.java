// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** rsocket-java: each message is a fire-and-forget. */
@NullMarked
package io.raftwire.examples.bench.contender.rsocket;

import org.jspecify.annotations.NullMarked;
