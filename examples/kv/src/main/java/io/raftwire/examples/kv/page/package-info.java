// Copyright 2026 The Raftwire Authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What the page shows: the member, its links and what happened to them, sampled from the meters at
 * a steady pace and handed to every browser that looks.
 */
@NullMarked
package io.raftwire.examples.kv.page;

import org.jspecify.annotations.NullMarked;
