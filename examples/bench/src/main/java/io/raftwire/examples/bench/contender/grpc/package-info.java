// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** grpc-java: one bidirectional stream of messages for each pair, with manual flow control. */
@NullMarked
package io.raftwire.examples.bench.contender.grpc;

import org.jspecify.annotations.NullMarked;
