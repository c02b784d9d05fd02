// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What an end needs of a transport, whichever library it is by. Each contender has a package of its
 * own below this one.
 */
@NullMarked
package io.raftwire.examples.bench.contender;

import org.jspecify.annotations.NullMarked;
