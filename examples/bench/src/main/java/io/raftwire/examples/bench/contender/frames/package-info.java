// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/** The frames of the peer protocol's streams, for the contenders that have no others. */
@NullMarked
package io.raftwire.examples.bench.contender.frames;

import org.jspecify.annotations.NullMarked;
