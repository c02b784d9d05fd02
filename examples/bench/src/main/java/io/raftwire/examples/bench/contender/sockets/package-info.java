// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** Plain blocking sockets with the same frames in writes of 64 KiB: the limit. */
@NullMarked
package io.raftwire.examples.bench.contender.sockets;

import org.jspecify.annotations.NullMarked;
