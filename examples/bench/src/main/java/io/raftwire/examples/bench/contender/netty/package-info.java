// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** Plain Netty TCP with the frames of the peer protocol, and nothing of HTTP. */
@NullMarked
package io.raftwire.examples.bench.contender.netty;

import org.jspecify.annotations.NullMarked;
